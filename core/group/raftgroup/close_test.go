package raftgroup_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/group"
	"ursula/core/group/raftgroup"
	"ursula/core/group/raftgroup/rafttest"
)

// mutable is a transport whose leader hears of nobody after Quit.
type mutable struct {
	*rafttest.Transport
	over *atomic.Bool
}

var errQuit = errors.New("quit")

func (mutable) Reaches(string) bool { return true }

func (m mutable) Quit() { m.over.Store(true) }

func (m mutable) AppendEntries(
	id raft.ServerID, to raft.ServerAddress, request *raft.AppendEntriesRequest, response *raft.AppendEntriesResponse,
) error {
	if m.over.Load() {
		return errQuit
	}
	return m.Transport.AppendEntries(id, to, request, response)
}

// The end of a leader does not wait for followers that answer it and have no room for what
// it has under way.
func TestCloseDoesNotWaitForFullDisks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, _ := c.leader()
		c.stop(id)
		c.nodes[id].wrap = func(to *rafttest.Transport) raftgroup.Transport { return mutable{to, new(atomic.Bool)} }
		c.restart(id)
		rest := c.others(id)
		disks := []*tightLog{c.tighten(rest[0]), c.tighten(rest[1])}
		c.take(id)
		_, leader := c.leader(id)
		for _, disk := range disks {
			disk.full.Store(true)
		}
		outcome := make(chan error, 1)
		go func() {
			_, err := leader.Propose(t.Context(), appended("v1/a", "x"))
			outcome <- err
		}()
		time.Sleep(time.Minute)
		if !leader.Leads() {
			t.Error("it lost its place without being closed")
		}
		began := time.Now()
		c.stop(id)
		if took, bound := time.Since(began), 4*raftgroup.TimersFor(1).Lease; took > bound {
			t.Errorf("it closed after %v", took)
		}
		if err := <-outcome; !errors.Is(err, group.ErrUnknownOutcome) {
			t.Errorf("Propose: %v", err)
		}
		for _, disk := range disks {
			disk.full.Store(false)
		}
		c.close()
	})
}
