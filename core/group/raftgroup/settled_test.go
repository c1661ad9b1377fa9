package raftgroup_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/group/raftgroup"
	"ursula/core/stream"
)

// settle waits until the followers know what is committed.
func (c *cluster) settle() {
	synctest.Wait()
	time.Sleep(raftgroup.TimersFor(1).Commit * 2)
	synctest.Wait()
}

func (c *cluster) wantPartners(want string) {
	c.t.Helper()
	var got []string
	for _, id := range c.running() {
		got = append(got, id+strings.Join(c.node(id).Partners(), ""))
	}
	if strings.Join(got, " ") != want {
		c.t.Errorf("partners %v, want %s", got, want)
	}
}

// Each asks the next one. Where one voter is not enough there is none to ask.
func TestPartners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b")
		c.create()
		c.settle()
		c.wantPartners("ab ba")
		c.admit("c")
		c.settle()
		c.wantPartners("abc bca cab")
		c.admit("d")
		c.settle()
		c.wantPartners("a b c d")
		c.close()
	})
}

// A replica covers what a voter has whose log ends no later, once it has applied its own.
func TestCovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, leader := c.leader()
		c.settle()
		self, other := c.others(id)[0], c.others(id)[1]
		e := c.node(self)
		end := c.node(other).LogEnd()
		covers := func(voter string, end uint64, want bool, when string) {
			t.Helper()
			if got := e.Covers(voter, end); got != want {
				t.Errorf("%s: covers %s to %d: %v", when, voter, end, got)
			}
		}
		covers(other, end, true, "quiet")
		covers(id, end, true, "quiet")
		covers(other, end+1, false, "quiet")
		covers("z", end, false, "a stranger")
		c.net.Cut(func(from, to string) bool { return from != id || to != self })
		go func() { _, _ = leader.Propose(t.Context(), appended("v1/a", "x")) }()
		synctest.Wait()
		if e.LogEnd() != end+1 {
			t.Errorf("the log ends at %d", e.LogEnd())
		}
		covers(other, end, false, "not committed")
		c.net.Heal()
		time.Sleep(time.Minute)
		covers(other, c.node(other).LogEnd(), true, "later")
		c.close()
	})
}

// After a start the log itself says how far its commands go: the entries of elections
// behind them hold none.
func TestPartnersAfterAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		for range 3 {
			for _, id := range c.founders {
				c.stop(id)
			}
			for _, id := range c.founders {
				c.restart(id)
			}
			c.leader()
			c.settle()
			c.wantPartners("abc bca cab")
		}
		c.close()
	})
}

// slow holds up what is applied.
type slow struct {
	*watcher
	until chan struct{}
}

func (s *slow) Applied(events []stream.Event, memory int64) {
	<-s.until
	s.watcher.Applied(events, memory)
}

// What is committed counts when it is applied, also what the log had at the start.
func TestCoversWaitsForTheReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, leader := c.leader()
		c.settle()
		away := c.others(id)[0]
		c.stop(away)
		slow := &slow{watcher: c.nodes[away].watching, until: make(chan struct{})}
		c.nodes[away].options.Observer = slow
		e := c.restart(away)
		c.settle()
		if e.Covers(id, leader.LogEnd()) {
			t.Error("covers what is being applied")
		}
		close(slow.until)
		synctest.Wait()
		if !e.Covers(id, leader.LogEnd()) {
			t.Error("does not cover what is applied")
		}
		c.close()
	})
}

// Nothing is under way behind a snapshot that a node was sent.
func TestPartnersAfterASnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTrailing(t, 1, "a", "b", "c")
		c.create()
		id, leader := c.leader()
		away := c.others(id)[0]
		c.settle()
		c.net.Isolate(away)
		for range 50 {
			propose(t, leader, *appended("v1/a", "x"))
		}
		c.compact(id)
		if len(c.node(away).Partners()) == 0 {
			t.Error("a node that knows of nothing new has nobody to ask")
		}
		if c.node(away).Covers(id, leader.LogEnd()) {
			t.Error("it covers what it has not")
		}
		c.net.Heal()
		c.agree(strings.Repeat("x", 50))
		c.settle()
		c.wantPartners("abc bca cab")
		c.close()
	})
}
