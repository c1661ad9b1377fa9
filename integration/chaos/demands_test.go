package chaos

import (
	"testing"
	"time"

	"ursula/integration/chaos/nemesis"
	"ursula/integration/linear"
)

// TestFaultsWithoutEffectAreFound has a node answer what it cannot have answered, and
// what it can.
func TestFaultsWithoutEffectAreFound(t *testing.T) {
	const at = time.Second
	for _, c := range []struct {
		fault   nemesis.Fault
		kind    linear.Kind
		outcome linear.Outcome
		node    int
		invoked time.Duration // after the fault began
		denied  bool
	}{
		{nemesis.Kill, linear.Head, linear.OK, 1, at, true},
		{nemesis.Pause, linear.Read, linear.Absent, 1, at, true},
		{nemesis.Skew, linear.Append, linear.Shut, 1, at, true},
		{nemesis.Isolate, linear.Append, linear.OK, 1, at, true},
		{nemesis.Mute, linear.Delete, linear.OK, 1, at, true},
		{nemesis.Deafen, linear.Create, linear.Repeated, 1, at, true},
		{nemesis.Kill, linear.Head, linear.Refused, 1, at, false},
		{nemesis.Kill, linear.Head, linear.OK, 2, at, false},
		{nemesis.Kill, linear.Head, linear.OK, 1, -at, false},    // before it
		{nemesis.Kill, linear.Head, linear.OK, 1, 3 * at, false}, // until after it
		{nemesis.Isolate, linear.Read, linear.OK, 1, at, false},
		{nemesis.Cut, linear.Append, linear.OK, 1, at, false},
		{nemesis.Stop, linear.Append, linear.OK, 1, at, false},
	} {
		s := suffered{nemesis.Event{Fault: c.fault, Node: 1}, 10 * at, 14 * at}
		o := linear.Op{Node: c.node, Kind: c.kind, Outcome: c.outcome, Invoked: s.began + c.invoked}
		o.Returned = o.Invoked + 2*at
		if got := s.denied(&linear.History{Ops: []linear.Op{o}}) != nil; got != c.denied {
			t.Errorf("%v, %v: denied %v, want %v", c.fault, &o, got, c.denied)
		}
	}
}

// TestIdleHistoriesAreFound takes one kind of work after the other away.
func TestIdleHistoriesAreFound(t *testing.T) {
	whole := []linear.Op{
		{Kind: linear.Create}, {Kind: linear.Append}, {Kind: linear.Append, Producer: 1}, {Kind: linear.Close},
		{Kind: linear.Delete, Stream: "reborn/1"}, {Kind: linear.Head}, {Kind: linear.Read},
		{Kind: linear.Create, Stream: "fork/1"}, {Kind: linear.Delete, Stream: "left/1"},
	}
	for i := range whole {
		whole[i].Outcome = linear.OK
	}
	tails := []linear.Tail{{Sights: []linear.Sight{{}}}}
	if missing := idle(&linear.History{Ops: whole, Tails: tails}); len(missing) > 0 {
		t.Errorf("where nothing is missing: %v", missing)
	}
	for _, work := range works() {
		h := &linear.History{Tails: tails}
		for i := range whole {
			if of := worksOf(&whole[i]); of[0] != work && of[len(of)-1] != work {
				h.Ops = append(h.Ops, whole[i])
			}
		}
		if len(idle(h)) == 0 {
			t.Errorf("without %s nothing is missing", work)
		}
	}
	if len(idle(&linear.History{Ops: whole, Tails: []linear.Tail{{}}})) != 1 {
		t.Error("a live reader that was given nothing is not missed")
	}
}

// TestRunsWithoutEffectAreFound wants nothing to be demanded of a run too short.
func TestRunsWithoutEffectAreFound(t *testing.T) {
	c := newCensus()
	c.faulty, c.lasted[full] = sure("close")-1, noticed(full)-1
	if missing := c.missing(); len(missing) > 0 {
		t.Errorf("of a short run: %v", missing)
	}
	c.faulty, c.lasted[full] = sure(expiry), noticed(full)
	if missing := c.missing(); len(missing) != len(works())+2 {
		t.Errorf("of a long one in which nothing happened: %v", missing)
	}
}
