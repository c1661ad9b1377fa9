package raftgroup_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/group/raftgroup"
	"ursula/core/group/raftgroup/rafttest"
)

// waitingTransport is one on which entries wait for followers that are away.
type waitingTransport struct {
	*rafttest.Transport
	away string
	quit chan struct{}
}

func (w waitingTransport) Reaches(node string) bool { return node != w.away }

func (w waitingTransport) Quit() { close(w.quit) }

func (w waitingTransport) AppendEntries(
	id raft.ServerID, to raft.ServerAddress, request *raft.AppendEntriesRequest, response *raft.AppendEntriesResponse,
) error {
	if string(to) == w.away && request.PrevLogEntry != 0 {
		<-w.quit
	}
	return w.Transport.AppendEntries(id, to, request, response)
}

// A leader does not stop taking commands for a transfer to a node that is away, and
// its end does not wait for that one.
func TestAFollowerThatIsAwayHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, _ := c.leader()
		rest := c.others(id)
		c.stop(id)
		c.stop(rest[1])
		c.nodes[id].wrap = func(to *rafttest.Transport) raftgroup.Transport {
			return waitingTransport{to, rest[1], make(chan struct{})}
		}
		leader := c.restart(id)
		if other, elected := c.leader(); other != id {
			if err := elected.Transfer(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			c.leader(id)
		}
		propose(t, leader, *appended("v1/a", "1"))
		began := time.Now()
		if err := leader.Transfer(t.Context(), rest[1]); err == nil || time.Since(began) > 0 {
			t.Errorf("Transfer: %v after %v", err, time.Since(began))
		}
		propose(t, leader, *appended("v1/a", "2"))
		c.close()
	})
}
