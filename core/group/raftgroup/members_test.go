package raftgroup_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/group"
	"ursula/core/group/raftgroup"
)

// writing is appends of one number after the other, which a producer repeats
// until they are acknowledged, wherever the group is led.
type writing struct {
	cluster *cluster
	stop    context.CancelFunc
	done    chan struct{}
	written string // valid after done
}

func (c *cluster) write() *writing {
	ctx, stop := context.WithCancel(context.Background())
	w := &writing{cluster: c, stop: stop, done: make(chan struct{})}
	go w.run(ctx)
	return w
}

func (w *writing) run(ctx context.Context) {
	defer close(w.done)
	for i := 0; ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		_, leader := w.cluster.leader()
		command := appended("v1/a", strconv.Itoa(i%10))
		command.Producer.ID, command.Producer.Seq = "p", uint64(i)
		r, err := leader.Propose(context.Background(), command)
		switch {
		case err == nil && r.Err == nil:
			w.written += strconv.Itoa(i % 10)
			i++
		case r.Err != nil:
			w.cluster.t.Errorf("append %d: %v", i, r.Err)
		case !errors.Is(err, group.ErrNoLeader) && !errors.Is(err, group.ErrUnknownOutcome) && !errors.Is(err, group.ErrShutdown):
			w.cluster.t.Errorf("append %d: %v", i, err)
		}
	}
}

// end returns what was written.
func (w *writing) end() string {
	w.stop()
	<-w.done
	return w.written
}

// admit has a new node become a voter: first it gets the log.
func (c *cluster) admit(id string) {
	c.t.Helper()
	e := c.start(id)
	_, leader := c.leader()
	if err := leader.AddLearner(c.t.Context(), id); err != nil {
		c.t.Fatalf("add learner %s: %v", id, err)
	}
	p, _ := leader.Position()
	if err := e.WaitApplied(c.t.Context(), p.Applied); err != nil {
		c.t.Fatalf("learner %s: %v", id, err)
	}
	if err := leader.AddVoter(c.t.Context(), id); err != nil {
		c.t.Fatalf("add voter %s: %v", id, err)
	}
}

func wantVoters(t *testing.T, e *raftgroup.Engine, want ...string) {
	t.Helper()
	got := e.View().Voters
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("voters are %v, want %v", got, want)
	}
}

// A node for itself becomes three while it is being written to. Then any of them
// can go.
func TestGrowFromOneToThree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a")
		c.create()
		w := c.write()
		c.admit("b")
		c.admit("c")
		time.Sleep(time.Second) // until b knows that c may be voted for
		wantVoters(t, c.node("b"), "a", "b", "c")
		c.net.Isolate("a")
		wantNoLeader(t, c.node("a"), 10*time.Second)
		c.leader("b", "c")
		c.net.Heal()
		time.Sleep(10 * time.Second)
		c.agree(w.end())
		c.close()
	})
}

// A member that is gone for good is replaced while writes go on, and the new one
// carries the group together with one old one.
func TestReplaceADeadMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		w := c.write()
		c.stop("b")
		c.admit("d")
		id, leader := c.leader()
		if err := leader.Remove(t.Context(), "b"); err != nil {
			t.Fatal(err)
		}
		wantVoters(t, leader, "a", "c", "d")
		time.Sleep(time.Second) // until all know it
		if id == "d" {
			t.Fatal("the newcomer leads already")
		}
		c.stop(id)
		c.leader()
		c.agree(w.end())
		c.close()
	})
}

// Who leads a group of four and removes itself has no vote in the majority that
// confirms its last reads.
func TestALeaderRemovesItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c", "d")
		c.create()
		w := c.write()
		id, leader := c.leader()
		if err := leader.Remove(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		_, next := c.leader(c.others(id)...)
		wantVoters(t, next, c.others(id)...)
		wantNoLeader(t, leader, 10*time.Second)
		c.stop(id)
		c.agree(w.end())
		c.close()
	})
}

// A leader whose own removal cannot be committed is not confirmed by half of
// those who remain.
func TestALeaderOnItsWayOutNeedsAMajorityOfTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c", "d")
		c.create()
		id, leader := c.leader()
		friend := c.others(id)[0]
		c.net.Cut(func(from, to string) bool {
			return (from == id || from == friend) != (to == id || to == friend)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if err := leader.Remove(ctx, id); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("removal without a majority: %v", err)
		}
		if !leader.Leads() {
			t.Fatal("the lease is over already")
		}
		wantNoLeader(t, leader, 100*time.Millisecond)
		c.net.Heal()
		time.Sleep(10 * time.Second)
		c.agree("")
		c.close()
	})
}

// One voter needs nobody to confirm its reads, with and without a learner, and
// when a learner could not be added.
func TestALoneVoterWithALearner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a")
		c.create()
		e := c.node("a")
		c.start("b")
		steps := []struct {
			name string
			do   func() error
		}{
			{"learner added", func() error { return e.AddLearner(t.Context(), "b") }},
			{"learner out of reach", func() error { c.net.Isolate("a"); return nil }},
			{"learner removed", func() error { return e.Remove(t.Context(), "b") }},
			{"learner added again", func() error { return e.AddLearner(t.Context(), "b") }},
		}
		for _, step := range steps {
			if err := step.do(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			if err := e.Confirm(t.Context()); err != nil {
				t.Errorf("%s: %v", step.name, err)
			}
		}
		c.close()
	})
}

// As soon as a second voter counts, the first one alone confirms nothing, though
// it has a lease left.
func TestAloneEndsWithASecondVoter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a")
		c.create()
		e := c.node("a")
		c.start("b")
		if err := e.AddLearner(t.Context(), "b"); err != nil {
			t.Fatal(err)
		}
		c.net.Isolate("a")
		// The change itself needs a majority of those before it only.
		if err := e.AddVoter(t.Context(), "b"); err != nil {
			t.Fatal(err)
		}
		if !e.Leads() {
			t.Fatal("the lease is over already")
		}
		wantNoLeader(t, e, 100*time.Millisecond)
		c.net.Heal()
		_, leader := c.leader()
		propose(t, leader, *appended("v1/a", "1"))
		c.agree("1")
		c.close()
	})
}
