package raftgroup_test

import (
	"context"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/group"
	"ursula/core/group/grouptest"
	"ursula/core/group/raftgroup"
	"ursula/core/group/raftgroup/rafttest"
)

// compact leaves next to nothing of a node's log.
func (c *cluster) compact(id string) {
	c.t.Helper()
	if err := c.node(id).Compact(c.t.Context()); err != nil {
		c.t.Fatalf("compact node %s: %v", id, err)
	}
}

// A member that was away while the log it needs was dropped gets a snapshot. It
// knows from it how far it is: nothing comes afterwards that would tell it.
func TestASnapshotTellsHowFarItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTrailing(t, 1, "a", "b", "c")
		c.create()
		id, leader := c.leader()
		away := c.others(id)[0]
		c.net.Isolate(away)
		for range 50 {
			propose(t, leader, *appended("v1/a", "x"))
		}
		c.compact(id)
		c.net.Heal()
		p, _ := leader.Position()
		e := c.node(away)
		if err := e.WaitApplied(t.Context(), p.Applied); err != nil {
			t.Fatal(err)
		}
		if got := grouptest.Content(t, e, "v1/a"); got != strings.Repeat("x", 50) {
			t.Errorf("content is %q", got)
		}
		c.stop(away)
		e = c.restart(away)
		if got := e.View().Applied; got != p.Applied {
			t.Errorf("applied %d after a restart from the snapshot, want %d", got, p.Applied)
		}
		c.agree(strings.Repeat("x", 50))
		c.close()
	})
}

// Entries without commands count on no replica, so that all give the same figure
// for the same state: here the log ends with entries of elections and members.
func TestPositionsCountCommandsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTrailing(t, 1, "a", "b")
		c.create()
		id, leader := c.leader()
		if err := leader.Transfer(t.Context(), c.others(id)[0]); err != nil {
			t.Fatal(err)
		}
		id, leader = c.leader(c.others(id)...)
		c.admit("c")
		c.compact(id)
		c.admit("d")
		p, err := leader.ReadIndex(t.Context(), "", 0)
		if err != nil || p.Applied == p.Commit {
			t.Fatalf("position %+v, %v", p, err)
		}
		for _, id := range c.running() {
			if err := c.node(id).WaitApplied(t.Context(), p.Applied); err != nil {
				t.Errorf("node %s: %v", id, err)
			}
			if got := c.node(id).View().Applied; got != p.Applied {
				t.Errorf("node %s has applied %d, want %d", id, got, p.Applied)
			}
		}
		c.close()
	})
}

// reticent is a leader's transport that tells one node of no commit beyond an index:
// Raft tells when it repeats itself, and with what is sent after the commit.
type reticent struct {
	*rafttest.Transport
	node string
	upTo *atomic.Uint64
}

func (r reticent) AppendEntries(
	id raft.ServerID, to raft.ServerAddress, request *raft.AppendEntriesRequest, response *raft.AppendEntriesResponse,
) error {
	if string(to) == r.node {
		request.LeaderCommitIndex = min(request.LeaderCommitIndex, r.upTo.Load())
	}
	return r.Transport.AppendEntries(id, to, request, response)
}

// A follower that is told the leader's position applies what it has at once, and
// not when the leader repeats itself.
func TestAdvanceTellsWhatIsCommitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.net.Delay(10 * time.Millisecond)
		c.create()
		id, _ := c.leader()
		other := c.others(id)[0]
		var told atomic.Uint64
		told.Store(math.MaxUint64)
		c.stop(id)
		c.nodes[id].wrap = func(to *rafttest.Transport) raftgroup.Transport { return reticent{to, other, &told} }
		leader := c.restart(id)
		c.take(id)
		c.agree("")
		before, _ := leader.Position()
		told.Store(before.Commit)
		propose(t, leader, *appended("v1/a", "x"))
		time.Sleep(time.Second) // the entry is everywhere
		p, err := leader.ReadIndex(t.Context(), "", 0)
		if err != nil || !leader.Idle(p) {
			t.Fatalf("position %+v, idle %v, %v", p, leader.Idle(p), err)
		}
		e := c.node(other)
		if applied := e.View().Applied; applied >= p.Applied {
			t.Fatal("the follower knows already")
		}
		began := time.Now()
		e.Advance(id, p)
		waitApplied(t, e, p)
		if took := time.Since(began); took != 0 {
			t.Errorf("took %v", took)
		}
		c.close()
	})
}

// What a position says that Raft does not agree with has no effect: of an earlier
// term, or of entries that the follower does not have, or has of another term.
func TestAdvanceIsChecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c", "d", "e")
		c.create()
		time.Sleep(time.Minute)
		id, old := c.leader()
		before, _ := old.Position()
		friend := c.others(id)[0]
		c.net.Isolate(id, friend)
		go func() { _, _ = old.Propose(t.Context(), appended("v1/a", "lost")) }()
		_, next := c.leader(c.others(id)[1:]...)
		propose(t, next, *appended("v1/a", "1"))
		p, _ := next.Position()
		lost := group.Position{Term: before.Term, Commit: before.Commit + 1, Applied: before.Applied + 1}
		e := c.node(c.others(id)[2])
		e.Advance(id, lost)                                                               // an earlier term
		c.node(friend).Advance("next", p)                                                 // more than it has
		c.node(friend).Advance("next", group.Position{Term: p.Term, Commit: lost.Commit}) // it has another one
		synctest.Wait()
		if got := grouptest.Content(t, c.node(friend), "v1/a"); got != "" {
			t.Errorf("a follower has %q of what was never committed", got)
		}
		c.net.Heal()
		time.Sleep(time.Minute)
		c.agree("1")
		c.close()
	})
}

func waitApplied(t *testing.T, e *raftgroup.Engine, p group.Position) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := e.WaitApplied(ctx, p.Applied); err != nil {
		t.Error(err)
	}
}
