package raftgroup

import (
	"sync"
	"sync/atomic"

	"github.com/hashicorp/raft"
)

// leader is whom this node believes to lead, with an event for those who wait
// for that to change.
type leader struct {
	mu  sync.Mutex // orders refreshes
	now atomic.Pointer[known]
}

type known struct {
	id      string
	changed chan struct{} // closed when another id is known
}

func newLeader() *leader {
	l := &leader{}
	l.now.Store(&known{changed: make(chan struct{})})
	return l
}

// refresh takes over what Raft believes. Raft reports changes from several
// goroutines; reading and storing under one lock lets the newest win.
func (l *leader) refresh(r *raft.Raft) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, id := r.LeaderWithID()
	if before := l.now.Load(); before.id != string(id) {
		l.now.Store(&known{id: string(id), changed: make(chan struct{})})
		close(before.changed)
	}
}

// Leader returns the node that leads as far as this one knows, "" for none, and
// a channel that is closed when that may have changed.
func (e *Engine) Leader() (id string, changed <-chan struct{}) {
	k := e.leader.now.Load()
	return k.id, k.changed
}

// followLeader hears of every change of leader. Raft asks the filter about each
// observation on the goroutine that makes it, and needs no channel for a no.
func (e *Engine) followLeader() {
	e.raft.RegisterObserver(raft.NewObserver(nil, false, func(o *raft.Observation) bool {
		if _, ok := o.Data.(raft.LeaderObservation); ok {
			e.leader.refresh(e.raft)
		}
		return false
	}))
	e.leader.refresh(e.raft)
}

// elsewhere returns the node that leads if it is known to be another one.
func (e *Engine) elsewhere() (id string, changed <-chan struct{}) {
	id, changed = e.Leader()
	if id == e.options.NodeID {
		id = ""
	}
	return id, changed
}
