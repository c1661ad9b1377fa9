package raftgroup

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
)

// leader is whom this node believes to lead, with an event for those who wait
// for that to change.
type leader struct {
	mu   sync.Mutex // orders refreshes
	now  atomic.Pointer[known]
	past chan struct{} // closed
}

type known struct {
	id      string
	changed chan struct{} // closed when another id is known
	last    string        // that was known to lead, also while none is
	next    chan struct{} // closed when another than last leads
}

func newLeader() *leader {
	l := &leader{past: make(chan struct{})}
	close(l.past)
	l.now.Store(&known{changed: make(chan struct{}), next: make(chan struct{})})
	return l
}

// refresh takes over what Raft believes, and reports whether another node leads than
// the last one that did. Raft reports changes from several goroutines; reading and
// storing under one lock lets the newest win.
func (l *leader) refresh(r *raft.Raft) (another bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, id := r.LeaderWithID()
	before := l.now.Load()
	if before.id == string(id) {
		return false
	}
	now := &known{id: string(id), changed: make(chan struct{}), last: before.last, next: before.next}
	if another = now.id != "" && now.id != now.last; another {
		now.last, now.next = now.id, make(chan struct{})
	}
	l.now.Store(now)
	close(before.changed)
	if another {
		close(before.next)
	}
	return another
}

// Leader returns the node that leads as far as this one knows, "" for none, and
// a channel that is closed when that may have changed.
func (e *Engine) Leader() (id string, changed <-chan struct{}) {
	k := e.leader.now.Load()
	return k.id, k.changed
}

// Succeeded returns a channel that is closed once another node than id is known to
// lead. Whoever waits for id's answer waits for nothing then.
func (e *Engine) Succeeded(id string) <-chan struct{} {
	k := e.leader.now.Load()
	if k.last != id && k.last != "" {
		return e.leader.past
	}
	return k.next
}

// Hears reports whether this node leads, or has heard within a time from the node that
// does.
func (e *Engine) Hears(within time.Duration) bool {
	id, _ := e.Leader()
	return id == e.options.NodeID || id != "" && time.Since(e.raft.LastContact()) < within
}

// followLeader hears of every change of leader, and of candidates. Raft asks the
// filter about each observation on the goroutine that makes it, and needs no channel
// for a no.
func (e *Engine) followLeader() {
	e.raft.RegisterObserver(raft.NewObserver(nil, false, func(o *raft.Observation) bool {
		switch news := o.Data.(type) {
		case raft.LeaderObservation:
			e.refreshLeader()
		case raft.RaftState:
			e.elections.note(news)
			e.complain(news)
		case raft.RequestVoteRequest:
			e.outdo(&news)
		}
		return false
	}))
	e.refreshLeader()
}

// complain tells of a leader for whose silence this node has become a candidate.
func (e *Engine) complain(state raft.RaftState) {
	last := e.leader.now.Load().last
	if state != raft.Candidate || e.options.Silent == nil || last == "" || last == e.options.NodeID {
		return
	}
	if time.Since(e.raft.LastContact()) >= e.options.Timers.Heartbeat {
		e.options.Silent(last)
	}
}

func (e *Engine) refreshLeader() {
	if e.leader.refresh(e.raft) {
		e.elections.changes.Add(1)
		if e.options.Succeeded != nil {
			e.options.Succeeded()
		}
	}
	if id, _ := e.Leader(); id != "" {
		e.outdone.Store(0) // whoever was outdone, somebody leads
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
