package nemesis_test

import (
	"testing"
	"time"

	"ursula/integration/chaos/nemesis"
)

const length = 20 * time.Second

var stage = nemesis.Stage{Nodes: 3, Disks: true}

// TestTimelineFollowsFromTheSeed also wants two seeds to differ.
func TestTimelineFollowsFromTheSeed(t *testing.T) {
	one, same, other := nemesis.Plan(7, stage, length), nemesis.Plan(7, stage, length), nemesis.Plan(8, stage, length)
	if one.String() != same.String() {
		t.Errorf("one seed, two timelines:\n%v\n%v", one, same)
	}
	if one.String() == other.String() {
		t.Errorf("two seeds, one timeline:\n%v", one)
	}
}

// TestFaultsOfALaneDoNotOverlap looks at many timelines, in which every fault occurs.
func TestFaultsOfALaneDoNotOverlap(t *testing.T) {
	lanes := map[nemesis.Fault]string{
		nemesis.Kill: "process", nemesis.Stop: "process", nemesis.Pause: "process", nemesis.Skew: "process", nemesis.Fill: "disk",
	}
	seen := map[nemesis.Fault]bool{}
	for seed := range uint64(200) {
		ends := map[string]time.Duration{}
		for _, e := range nemesis.Plan(seed, stage, length) {
			seen[e.Fault] = true
			lane := lanes[e.Fault]
			if e.From < ends[lane] || e.To < e.From || e.To > length {
				t.Fatalf("seed %d: %v", seed, e)
			}
			if e.Node == e.Other || e.Node < 1 || e.Node > 3 || e.Other < 0 || e.Other > 3 {
				t.Fatalf("seed %d: %v", seed, e)
			}
			if (e.Skew != 0) != (e.Fault == nemesis.Skew) {
				t.Fatalf("seed %d: %v by %v", seed, e, e.Skew)
			}
			ends[lane] = e.To
		}
	}
	if want := 13; len(seen) != want {
		t.Errorf("%d faults occur, want %d: %v", len(seen), want, seen)
	}
}

func TestSkewIsBetweenTheFurthestClocks(t *testing.T) {
	timeline := nemesis.Timeline{{Skew: 2 * time.Second}, {}, {Skew: 30 * time.Second}}
	if got := timeline.Skew(); got != 30*time.Second {
		t.Errorf("clocks ahead: %v", got)
	}
	if got := append(timeline, nemesis.Event{Skew: -2 * time.Second}).Skew(); got != 32*time.Second {
		t.Errorf("clocks ahead and behind: %v", got)
	}
}

func TestOneNodeHasNoNetwork(t *testing.T) {
	for _, e := range nemesis.Plan(1, nemesis.Stage{Nodes: 1, Disks: true}, length) {
		if e.Fault != nemesis.Kill && e.Fault != nemesis.Stop && e.Fault != nemesis.Pause && e.Fault != nemesis.Fill {
			t.Errorf("one node alone suffers %v", e)
		}
	}
}
