package rollout_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"ursula/control/rollout"
)

// drained is a rollout that was interrupted before it stopped the first node. What it
// had verified may have changed when it is resumed; Stop of the fleet fails the test
// when a node is stopped at the wrong moment.
func drained(t *testing.T) *fleet {
	f := newFleet(t)
	f.plan("start {id}")
	f.cutAt = 4 // it would note which process is to end
	if err := f.run(); !errors.Is(err, errCut) || !f.processes["1"].drains || f.processes["1"].boot != 1 {
		t.Fatalf("%v, node 1 is %+v", err, *f.processes["1"])
	}
	return f
}

func TestAResumedRolloutStopsNobodyWhileAMemberIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := drained(t)
		f.processes["3"].up = false
		stuck := new(rollout.StuckError)
		if err := f.run(); !errors.As(err, &stuck) || stuck.Step.Do != rollout.Stop || stuck.Why != "node 3 does not answer" {
			t.Fatalf("got %v", err)
		}
		f.processes["3"].up = true
		if err := errors.Join(f.run(), f.done()); err != nil {
			t.Error(err)
		}
	})
}

func TestAResumedRolloutDrainsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := drained(t)
		f.processes["1"].drains, f.processes["1"].leads = false, 2 // by an operator
		if err := errors.Join(f.run(), f.done()); err != nil {
			t.Error(err)
		}
	})
}

// A node that nobody reaches, and that was never asked to end, may come back as the
// process that it was.
func TestANodeThatWasNotAskedHasNotEnded(t *testing.T) {
	s := rollout.Seen{Cluster: newFleet(t).status(), NodeErr: rollout.ErrUnreached}
	s.Cluster.Members[1].Reachable = false
	if v := rollout.Judge(rollout.Stop, rollout.Node{ID: "2"}, true, s); v.Done {
		t.Errorf("got %+v", v)
	}
}
