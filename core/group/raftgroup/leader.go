package raftgroup

import (
	"sync"
	"sync/atomic"

	"github.com/hashicorp/raft"
)

// leader is whom this node believes to lead, with an event for those who wait
// for that to change.
type leader struct {
	mu   sync.Mutex // orders refreshes
	last string     // that was known to lead
	now  atomic.Pointer[known]
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

// refresh takes over what Raft believes, and reports whether another node leads than
// the last one that did. Raft reports changes from several goroutines; reading and
// storing under one lock lets the newest win.
func (l *leader) refresh(r *raft.Raft) (another bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, id := r.LeaderWithID()
	if before := l.now.Load(); before.id != string(id) {
		l.now.Store(&known{id: string(id), changed: make(chan struct{})})
		close(before.changed)
	}
	if id == "" || string(id) == l.last {
		return false
	}
	l.last = string(id)
	return true
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
		switch news := o.Data.(type) {
		case raft.LeaderObservation:
			e.refreshLeader()
		case raft.RaftState:
			e.elections.note(news)
		}
		return false
	}))
	e.refreshLeader()
}

func (e *Engine) refreshLeader() {
	if e.leader.refresh(e.raft) {
		e.elections.changes.Add(1)
	}
}

// elsewhere returns the node that leads if it is known to be another one.
func (e *Engine) elsewhere() (id string, changed <-chan struct{}) {
	id, changed = e.Leader()
	if id == e.options.NodeID {
		id = ""
	}
	return id, changed
}
