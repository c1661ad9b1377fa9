package journal_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ursula/core/journal"
	"ursula/core/vfs/faultfs"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the expected text in testdata; read the diff before you commit it")

// TestScenarios runs the files in testdata. Each block is a verb with its
// arguments, a line of dashes, and what the journal answered.
func TestScenarios(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txt")
	must(t, err)
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) { runScenario(t, name) })
	}
}

func runScenario(t *testing.T, name string) {
	text, err := os.ReadFile(name)
	must(t, err)
	s := &scenario{t: t, fsys: faultfs.New(), places: map[string]journal.Position{}}
	defer s.end()
	var out strings.Builder
	for n, block := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		command, want, found := strings.Cut(block, "\n----")
		if !found {
			fmt.Fprintf(&out, "%s\n\n", block) // a comment
			continue
		}
		got := s.run(command)
		if strings.TrimSpace(want) != strings.TrimSpace(got) && !*rewrite {
			t.Errorf("block %d: %s\ngot\n%s\nwant%s", n+1, command, got, want)
		}
		fmt.Fprintf(&out, "%s\n----\n%s\n", command, got)
	}
	if *rewrite {
		must(t, os.WriteFile(name, []byte(strings.TrimSpace(out.String())+"\n"), 0o644))
	}
}

// scenario is the state between blocks.
type scenario struct {
	t      *testing.T
	fsys   *faultfs.FS
	j      *journal.Journal
	places map[string]journal.Position // by payload
}

func (s *scenario) end() {
	if s.j != nil {
		must(s.t, s.j.Close())
	}
}

// run executes one verb and returns what it prints, each line ended.
func (s *scenario) run(command string) string {
	fields := strings.Fields(command)
	a := arguments(fields[1:])
	switch fields[0] {
	case "open":
		return s.open(a.number("shards"))
	case "append":
		return s.append(a)
	case "read":
		return s.read(a["data"])
	case "release":
		s.j.Release(s.places[a["data"]])
		return "ok\n"
	case "segments":
		return s.segments()
	case "damage":
		return s.damage(a)
	case "close", "kill":
		return s.stop(fields[0])
	}
	s.t.Fatalf("unknown verb in %q", command)
	return ""
}

type args map[string]string

func arguments(fields []string) args {
	a := args{}
	for _, f := range fields {
		key, value, _ := strings.Cut(f, "=")
		a[key] = value
	}
	return a
}

func (a args) number(key string) (n int) {
	fmt.Sscan(a[key], &n)
	return n
}

func (s *scenario) open(shards int) string {
	var out strings.Builder
	o := options(s.fsys, shards)
	o.SegmentBytes = journal.MinSegmentBytes
	o.Rand = bytes.NewReader(bytes.Repeat([]byte("saltsalt"), 64))
	j, err := journal.Open(o, func(r journal.Record, p journal.Position) ([]journal.Position, error) {
		s.places[short(r.Payload)] = p
		fmt.Fprintf(&out, "replay group=%d data=%s at %d:%d\n", r.Group, short(r.Payload), p.Segment, p.Offset)
		return nil, nil
	})
	if err != nil {
		return fmt.Sprintf("%s%v\n", out.String(), err)
	}
	s.j = j
	eventually(func() bool { return s.spares() == shards })
	return out.String() + "ok\n"
}

// spares waits for the tender, so that segment numbers are always the same.
func (s *scenario) spares() (n int) {
	for _, segment := range s.j.Segments() {
		if !segment.Closed {
			n++
		}
	}
	return n - s.shards()
}

func (s *scenario) shards() (n int) {
	seen := map[int]bool{}
	for _, segment := range s.j.Segments() {
		if !segment.Closed {
			seen[segment.Shard] = true
		}
	}
	return len(seen)
}

// append takes data=a,b for two records, and pad=n to make each n bytes longer.
func (s *scenario) append(a args) string {
	var records []journal.Record
	payloads := strings.Split(a["data"], ",")
	for _, payload := range payloads {
		padding := strings.Repeat(".", a.number("pad"))
		records = append(records, record(uint32(a.number("group")), payload+padding))
	}
	shards := s.shards()
	positions, err := s.j.Writer(a.number("shard")).Append(records)
	if err != nil {
		return fmt.Sprintln(err)
	}
	eventually(func() bool { return s.spares() == shards })
	var out strings.Builder
	for n, p := range positions {
		s.places[payloads[n]] = p
		fmt.Fprintf(&out, "%s at %d:%d length %d\n", payloads[n], p.Segment, p.Offset, p.Length)
	}
	return out.String()
}

func (s *scenario) read(data string) string {
	r, err := s.j.ReadAt(s.places[data], nil)
	if err != nil {
		return fmt.Sprintln(err)
	}
	return fmt.Sprintf("group=%d data=%s\n", r.Group, short(r.Payload))
}

func (s *scenario) segments() string {
	var out strings.Builder
	for _, i := range s.j.Segments() {
		fmt.Fprintf(&out, "%d generation=%d shard=%d live=%d closed=%t\n", i.Number, i.Generation, i.Shard, i.Live, i.Closed)
	}
	return out.String()
}

func (s *scenario) damage(a args) string {
	name := filepath.Join(dir, fmt.Sprintf("%016x.seg", a.number("segment")))
	if err := s.fsys.FlipBit(name, int64(a.number("offset")), 0); err != nil {
		return fmt.Sprintln(err)
	}
	return "ok\n"
}

// stop ends the journal, by kill as the process would end.
func (s *scenario) stop(verb string) string {
	killed := s.fsys.KillClone()
	must(s.t, s.j.Close())
	s.j = nil
	if verb == "kill" {
		s.fsys = killed
	}
	return "ok\n"
}

// short leaves out the padding of a payload.
func short(payload []byte) string { return strings.TrimRight(string(payload), ".") }
