package raftgroup_test

import (
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/group/grouptest"
)

// The news that a leadership is over reaches the engine a moment after Raft knows
// it, and on a busy machine later. These tests hold the news back, and look at
// what such an engine still claims.

// newUninformed is a cluster whose engines hear of their first leadership, and of
// nothing after it.
func newUninformed(t *testing.T, founders ...string) *cluster {
	c := newCluster(t)
	c.founders, c.hold = founders, make(chan struct{})
	c.startAll()
	return c
}

func (c *cluster) inform() {
	close(c.hold)
	synctest.Wait()
}

// A node that has voted for its successor itself is in no majority that says
// there is none.
func TestALeaderThatVotedForAnotherConfirmsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newUninformed(t, "a", "b", "c")
		c.create()
		id, old := c.leader()
		loyal, heir := c.others(id)[0], c.others(id)[1]
		c.net.Cut(func(from, to string) bool { return from == loyal && to == heir || from == heir && to == loyal })
		if err := old.Transfer(t.Context(), heir); err != nil {
			t.Fatal(err)
		}
		_, next := c.leader(heir)
		propose(t, next, *appended("v1/a", "1"))
		if !old.Leads() {
			t.Fatal("the old leader has heard of its end")
		}
		wantNoLeader(t, old, 500*time.Millisecond)
		c.inform()
		c.net.Heal()
		c.agree("1")
		c.close()
	})
}

// What a later leader committed is no position of the one before: in the earlier
// term, another entry may have had that index.
func TestAnOutdatedLeaderHasNoPosition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newUninformed(t, "a", "b", "c")
		c.create()
		id, old := c.leader()
		c.net.Isolate(id)
		_, next := c.leader(c.others(id)...)
		propose(t, next, *appended("v1/a", "1"))
		c.net.Heal()
		time.Sleep(10 * time.Second)
		if got := grouptest.Content(t, old, "v1/a"); got != "1" || !old.Leads() {
			t.Fatalf("the old leader has %q and leads=%v", got, old.Leads())
		}
		if p, leads := old.Position(); leads {
			t.Errorf("position of an outdated leader: %+v", p)
		}
		c.inform()
		c.agree("1")
		c.close()
	})
}
