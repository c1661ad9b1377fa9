package nemesis_test

import (
	"testing"
	"time"

	"ursula/integration/chaos/nemesis"
)

const length = 20 * time.Second

// TestTimelineFollowsFromTheSeed also wants two seeds to differ.
func TestTimelineFollowsFromTheSeed(t *testing.T) {
	one, same, other := nemesis.Plan(7, 3, length), nemesis.Plan(7, 3, length), nemesis.Plan(8, 3, length)
	if one.String() != same.String() {
		t.Errorf("one seed, two timelines:\n%v\n%v", one, same)
	}
	if one.String() == other.String() {
		t.Errorf("two seeds, one timeline:\n%v", one)
	}
}

// TestFaultsOfALaneDoNotOverlap looks at many timelines, in which every fault occurs.
func TestFaultsOfALaneDoNotOverlap(t *testing.T) {
	processes := map[nemesis.Fault]bool{nemesis.Kill: true, nemesis.Stop: true, nemesis.Pause: true, nemesis.Skew: true}
	seen := map[nemesis.Fault]bool{}
	for seed := range uint64(200) {
		ends := map[bool]time.Duration{}
		for _, e := range nemesis.Plan(seed, 3, length) {
			seen[e.Fault] = true
			lane := processes[e.Fault]
			if e.From < ends[lane] || e.To < e.From || e.To > length {
				t.Fatalf("seed %d: %v", seed, e)
			}
			if e.Node == e.Other || e.Node < 1 || e.Node > 3 || e.Other < 0 || e.Other > 3 {
				t.Fatalf("seed %d: %v", seed, e)
			}
			ends[lane] = e.To
		}
	}
	if want := 12; len(seen) != want {
		t.Errorf("%d faults occur, want %d: %v", len(seen), want, seen)
	}
}

func TestOneNodeHasNoNetwork(t *testing.T) {
	for _, e := range nemesis.Plan(1, 1, length) {
		if e.Fault != nemesis.Kill && e.Fault != nemesis.Stop && e.Fault != nemesis.Pause {
			t.Errorf("one node alone suffers %v", e)
		}
	}
}
