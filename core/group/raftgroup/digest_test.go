package raftgroup_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/group/raftgroup"
	"ursula/core/stream"
)

// digests asks all running nodes, at the same time, for the state from an index on.
func (c *cluster) digests(patience time.Duration, from uint64) (all []raftgroup.Digest) {
	c.t.Helper()
	waiting, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	got := make(chan raftgroup.Digest)
	ids := c.running()
	for _, id := range ids {
		go func() {
			d, err := c.node(id).Digest(c.t.Context(), waiting, from)
			if err != nil {
				c.t.Errorf("node %s: %v", id, err)
			}
			got <- d
		}()
	}
	for range ids {
		all = append(all, <-got)
	}
	return all
}

func same(all []raftgroup.Digest) bool {
	for _, d := range all {
		if d != all[0] {
			return false
		}
	}
	return true
}

// Replicas have equal digests at an index that is reached while writes go on,
// whether they came there by the log or by a snapshot, and whether they lead and
// keep what is flushed in memory or not.
func TestReplicasHaveEqualDigests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTrailing(t, 1, "a", "b", "c")
		c.create()
		id, leader := c.leader()
		c.net.Isolate(c.others(id)[0])
		for range 20 {
			propose(t, leader, *appended("v1/a", "x"))
		}
		propose(t, leader, stream.Command{Op: stream.OpFlush, Flush: &stream.Flush{
			Object: leader.Term()<<stream.ObjectTermShift + 1, Size: 7,
			Ranges: []stream.FlushedRange{{Name: "v1/a", ID: 1, To: 7}},
		}})
		c.compact(id)
		c.net.Heal()
		p, _ := leader.Position()
		if all := c.digests(time.Minute, p.Applied); all[0].Applied != p.Applied || !same(all) {
			t.Errorf("digests at %d: %+v", p.Applied, all)
		}
		var written sync.WaitGroup
		written.Go(func() {
			for range 100 {
				time.Sleep(time.Millisecond)
				propose(t, leader, *appended("v1/a", "y"))
			}
		})
		all := c.digests(time.Minute, p.Applied+50)
		if all[0].Applied < p.Applied+50 || all[0].Bytes == 0 || !same(all) {
			t.Errorf("digests from %d on: %+v", p.Applied+50, all)
		}
		written.Wait()
		if later := c.digests(time.Minute, p.Applied+100); later[0] == all[0] || !same(later) {
			t.Errorf("digests after more writes: %+v", later)
		}
		c.close()
	})
}

// A replica that differs in one byte has another digest.
func TestADigestTellsADifference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, leader := c.leader()
		p, _ := leader.Position()
		if all := c.digests(time.Minute, p.Applied); !same(all) {
			t.Errorf("digests before: %+v", all)
		}
		odd := c.node(c.others(id)[0])
		entry := stream.AppendToBatch(stream.BeginBatch(nil), appended("v1/a", "z"))
		if _, err := odd.Replica().ApplyEntry(0, entry); err != nil {
			t.Fatal(err)
		}
		if all := c.digests(time.Minute, p.Applied); same(all) || all[0].Applied != all[1].Applied {
			t.Errorf("digests: %+v", all)
		}
		c.close()
	})
}

// An index that nobody reaches is waited for as long as patience lasts; who has
// gone is not computed for.
func TestADigestWaitsWithinPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a")
		c.create()
		_, e := c.leader()
		begin := time.Now()
		all := c.digests(3*time.Second, 1000)
		if took := time.Since(begin); took != 3*time.Second || all[0].Applied == 0 {
			t.Errorf("after %v: %+v", took, all)
		}
		gone := errors.New("gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(gone)
		if _, err := e.Digest(ctx, ctx, 0); !errors.Is(err, gone) {
			t.Errorf("got %v", err)
		}
		c.close()
	})
}
