package raftgroup_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/group/grouptest"
	"ursula/core/group/raftgroup"
)

// tightLog has no gaps, and no room for a while: for entries, or for anything.
type tightLog struct {
	raft.LogStore
	full, stuck atomic.Bool
	slow        atomic.Int64 // time.Duration until it knows what it has
	refused     atomic.Int64
}

var errFull = errors.New("no space")

// StoreLogs implements raft.LogStore.
func (l *tightLog) StoreLogs(entries []*raft.Log) error {
	last, err := l.LastIndex()
	if err != nil {
		return err
	}
	if l.full.Load() || last > 0 && entries[0].Index > last+1 {
		l.refused.Add(1)
		return errFull
	}
	return l.LogStore.StoreLogs(entries)
}

// DeleteRange implements raft.LogStore.
func (l *tightLog) DeleteRange(from, to uint64) error {
	if l.stuck.Load() {
		l.refused.Add(1)
		return errFull
	}
	return l.LogStore.DeleteRange(from, to)
}

// LastIndex implements raft.LogStore.
func (l *tightLog) LastIndex() (uint64, error) {
	time.Sleep(time.Duration(l.slow.Load()))
	return l.LogStore.LastIndex()
}

// tighten puts a disk that can be full beneath a node's log.
func (c *cluster) tighten(id string) *tightLog {
	c.t.Helper()
	c.stop(id)
	v := c.nodes[id]
	l := &tightLog{LogStore: v.options.Logs}
	v.options.Logs = l
	c.restart(id)
	return l
}

// strand makes a leader keep an entry that no one else gets.
func (c *cluster) strand(data string) (id string, e *raftgroup.Engine) {
	c.t.Helper()
	id, e = c.leader()
	c.net.Isolate(id)
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Second)
	defer cancel()
	if _, err := e.Propose(ctx, appended("v1/a", data)); err == nil {
		c.t.Fatal("a leader alone was acknowledged")
	}
	return id, e
}

// What a follower keeps of an earlier term, because its disk is too full to clear it, is
// not committed by what the leader repeats of the entries before.
func TestAFullDiskCommitsNothing(t *testing.T) {
	for _, stuck := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c := newCluster(t, "a", "b", "c")
			c.create()
			for range 100 {
				_, leader := c.leader()
				propose(t, leader, *appended("v1/a", "x"))
			}
			id, _ := c.leader()
			disk := c.tighten(id)
			c.take(id)
			_, e := c.strand("lost")
			_, next := c.leader(c.others(id)...)
			for range 10 {
				propose(t, next, *appended("v1/a", "y"))
			}
			disk.full.Store(true)
			disk.stuck.Store(stuck)
			c.net.Heal()
			time.Sleep(time.Hour)
			if disk.refused.Load() == 0 {
				t.Error("the disk was not asked")
			}
			if got, want := grouptest.Content(t, e, "v1/a"), strings.Repeat("x", 100); got != want {
				t.Errorf("applied %q", strings.TrimPrefix(got, want))
			}
			disk.full.Store(false)
			disk.stuck.Store(false)
			time.Sleep(time.Minute)
			c.agree(strings.Repeat("x", 100) + strings.Repeat("y", 10))
			c.close()
		})
	}
}

// take makes a node the leader.
func (c *cluster) take(id string) {
	c.t.Helper()
	if at, leader := c.leader(); at != id {
		if err := leader.Transfer(c.t.Context(), id); err != nil {
			c.t.Fatal(err)
		}
	}
	c.leader(id)
}

// dig brings about a hole: a leader of a later term has a follower clear the end of its
// log, which the follower cannot replace, and ends before anybody else has stored
// anything. Two are left, and their disks have room again: one whose log has the hole,
// and one that has as much as anybody.
func (c *cluster) dig() (holed, whole string, disks map[string]*tightLog) {
	c.t.Helper()
	disks = map[string]*tightLog{}
	for _, id := range c.founders {
		disks[id] = c.tighten(id)
	}
	holed, _ = c.strand("lost")
	next, whole := c.others(holed)[0], c.others(holed)[1]
	disks[holed].full.Store(true)
	disks[whole].full.Store(true)
	for c.node(next).Elections().Won == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	c.net.Heal()
	for disks[holed].refused.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	c.net.Isolate(next)
	c.stop(next)
	c.net.Heal()
	disks[holed].full.Store(false)
	disks[whole].full.Store(false)
	return holed, whole, disks
}

// A follower that could not replace what it cleared does not hold on to it: it votes for
// those who have all the rest, and stands for election with no more than it has.
func TestAHoleHindersNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		_, leader := c.leader()
		propose(t, leader, *appended("v1/a", "x"))
		holed, whole, _ := c.dig()
		_, next := c.leader(holed, whole)
		propose(t, next, *appended("v1/a", "y"))
		for _, id := range c.founders {
			if c.node(id) == nil {
				c.restart(id)
			}
		}
		time.Sleep(time.Minute)
		c.agree("xy")
		c.close()
	})
}

// Whoever is elected with a hole sends nothing that was never an entry. Here it is: what
// Raft has to hear of its log does not get through, and it takes a while to find that it
// cannot store what it has to begin with.
func TestALeaderWithAHoleMakesNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t)
		c.founders, c.deaf = []string{"a", "b", "c"}, true
		c.startAll()
		c.create()
		_, leader := c.leader()
		propose(t, leader, *appended("v1/a", "x"))
		holed, whole, disks := c.dig()
		disks[holed].slow.Store(int64(500 * time.Millisecond))
		for before := c.node(holed).Elections().Won; c.node(holed).Elections().Won == before; {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		disks[holed].slow.Store(0)
		last, _ := disks[whole].LastIndex()
		for i := uint64(1); i <= last; i++ {
			var entry raft.Log
			if err := disks[whole].GetLog(i, &entry); err != nil || entry.Term == 0 {
				t.Errorf("entry %d of node %s: %+v, %v", i, whole, entry, err)
			}
		}
		c.close()
	})
}

// A snapshot takes the place of a log that is as long, and ends with entries that nobody
// else has. Raft would go on to believe in those.
func TestALogThatIsAsLongIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTrailing(t, 0, "a", "b", "c")
		c.create()
		id, e := c.leader()
		c.net.Isolate(id)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		go func() { _, _ = e.Propose(ctx, appended("v1/a", "lost")) }()
		synctest.Wait()
		if err := e.AddLearner(ctx, "d"); err == nil {
			t.Error("a learner was added by nobody")
		}
		next, _ := c.leader(c.others(id)...)
		c.compact(next)
		if meta, _ := c.newest(next); meta.Index > e.View().Last {
			t.Errorf("the snapshot of %d is longer than the log of %d", meta.Index, e.View().Last)
		}
		c.net.Heal()
		time.Sleep(time.Minute)
		_, leader := c.leader()
		propose(t, leader, *appended("v1/a", "y"))
		c.agree("y")
		c.close()
	})
}
