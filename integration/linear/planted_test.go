package linear_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"ursula/integration/linear"
)

var historyFile = flag.String("history", "", "a history to judge")

// recorded reads a history that a real server has passed, over a stop and a kill.
func recorded(t *testing.T) *linear.History {
	t.Helper()
	return load(t, "testdata/recorded.jsonl")
}

func load(t *testing.T, path string) *linear.History {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	h, err := linear.ReadHistory(file)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// breaches is what Judge finds in a stream of a history.
func breaches(t *testing.T, h *linear.History, stream string) []linear.Breach {
	t.Helper()
	verdict := linear.Judge(only(h, stream), patience)
	if len(verdict.Undecided) > 0 {
		t.Errorf("undecided: %v", verdict.Undecided)
	}
	var found []linear.Breach
	for _, fault := range verdict.Faults {
		found = append(found, fault.Breach)
	}
	return found
}

func only(h *linear.History, stream string) *linear.History {
	return &linear.History{
		Ops:    keep(h.Ops, func(o linear.Op) bool { return o.Stream == stream }),
		Tails:  keep(h.Tails, func(t linear.Tail) bool { return t.Stream == stream }),
		Finals: keep(h.Finals, func(f linear.Final) bool { return f.Stream == stream }),
	}
}

func keep[T any](list []T, good func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return !good(x) })
}

func TestTheRecordedHistoryIsGood(t *testing.T) {
	verdict := linear.Judge(recorded(t), patience)
	if len(verdict.Faults) > 0 || len(verdict.Undecided) > 0 {
		t.Fatalf("%v, undecided %v", verdict.Faults, verdict.Undecided)
	}
}

// TestAHistoryOfYours judges the history that -history names, such as one that a run
// of chaos has kept.
func TestAHistoryOfYours(t *testing.T) {
	if *historyFile == "" {
		t.Skip("no -history=FILE")
	}
	verdict := linear.Judge(load(t, *historyFile), patience)
	for _, fault := range verdict.Faults {
		t.Error(fault)
	}
	t.Logf("undecided: %v", verdict.Undecided)
}

const (
	lasting = "lasting/0"
	reborn  = "reborn/0"
)

// TestPlantedFaultsAreRed damages the recorded history in one way at a time.
func TestPlantedFaultsAreRed(t *testing.T) {
	for _, row := range []struct {
		name   string
		stream string
		plant  func(*testing.T, *linear.History)
		want   linear.Breach
	}{
		{"an acknowledged append is not read", lasting, losesAnAppend, linear.Lost},
		{"one read misses an append", lasting, readMisses, linear.NotLinear},
		{"an append is there twice", lasting, doublesAnAppend, linear.Doubled},
		{"two appends of one client change places", lasting, swapsTwo, linear.Reordered},
		{"an append was told another end", lasting, misplacesAnAppend, linear.Misplaced},
		{"an append comes from nowhere", lasting, inventsAnAppend, linear.Invented},
		{"a live reader misses an append", lasting, cutsATail, linear.Gapped},
		{"a live reader is given an append twice", lasting, repeatsInATail, linear.Gapped},
		{"a node has another content", lasting, divergesANode, linear.Diverged},
		{"a node has an append in part", lasting, tearsTheEnd, linear.Torn},
		{"a deleted stream is there", reborn, revives, linear.NotLinear},
		{"a stream is not there", lasting, vanishes, linear.NotLinear},
		{"a producer's repeated append counts as new", lasting, forgetsAProducer, linear.NotLinear},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := recorded(t)
			row.plant(t, h)
			if found := breaches(t, h, row.stream); !slices.Contains(found, row.want) {
				t.Errorf("found %v, want %q among them", found, row.want)
			}
		})
	}
}

// TestEveryStaleTailIsRed takes the last append away from the answer of each HEAD, one
// at a time, that was asked after the append was acknowledged.
func TestEveryStaleTailIsRed(t *testing.T) {
	planted := 0
	for _, stream := range []string{lasting, "lasting/1", "lasting/2"} {
		h := only(recorded(t), stream)
		for i := range h.Ops {
			o := h.Ops[i]
			before := acknowledgedBefore(h, o)
			if o.Kind != linear.Head || o.Outcome != linear.OK || before == 0 {
				continue
			}
			planted++
			h.Ops[i].Tail = before - 1
			found := breaches(t, h, stream)
			if !slices.Contains(found, linear.NotLinear) || !slices.Contains(found, linear.Receded) {
				t.Errorf("%v with the tail %d: found %v", o, before-1, found)
			}
			h.Ops[i] = o
		}
	}
	if planted < 20 {
		t.Errorf("only %d stale tails were planted", planted)
	}
}

// acknowledgedBefore is the furthest end of an append that was acknowledged before an
// operation began.
func acknowledgedBefore(h *linear.History, o linear.Op) int64 {
	var furthest int64
	for _, a := range h.Ops {
		if a.Kind == linear.Append && a.Outcome == linear.OK && a.Returned < o.Invoked {
			furthest = max(furthest, a.Tail)
		}
	}
	return furthest
}

// TestHistoryFileGivesTheHistoryBack writes and reads a history.
func TestHistoryFileGivesTheHistoryBack(t *testing.T) {
	h := recorded(t)
	var file strings.Builder
	if err := h.Write(&file); err != nil {
		t.Fatal(err)
	}
	back, err := linear.ReadHistory(strings.NewReader(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	var again strings.Builder
	if err := back.Write(&again); err != nil || file.String() != again.String() {
		t.Fatalf("the second file differs from the first (%v)", err)
	}
	if _, err := linear.ReadHistory(strings.NewReader("{}\n")); err == nil {
		t.Error("a line without content is accepted")
	}
}
