package raftgroup

import (
	"sync"

	"github.com/hashicorp/raft"
)

// leader is whom this node believes to lead, with an event for those who wait
// for that to change.
type leader struct {
	mu      sync.Mutex
	id      string
	changed chan struct{} // closed when id changes
}

func newLeader() *leader { return &leader{changed: make(chan struct{})} }

func (l *leader) set(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.id == id {
		return
	}
	l.id = id
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *leader) get() (id string, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.id, l.changed
}

// Leader returns the node that leads as far as this one knows, "" for none, and
// a channel that is closed when that changes.
func (e *Engine) Leader() (id string, changed <-chan struct{}) { return e.leader.get() }

// followLeader hears of every change of leader. Raft asks the filter about each
// observation on the goroutine that makes it, and needs no channel for a no.
func (e *Engine) followLeader() {
	e.raft.RegisterObserver(raft.NewObserver(nil, false, func(o *raft.Observation) bool {
		if l, ok := o.Data.(raft.LeaderObservation); ok {
			e.leader.set(string(l.LeaderID))
		}
		return false
	}))
	_, id := e.raft.LeaderWithID()
	e.leader.set(string(id))
}
