package raftgroup

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/raft"

	"ursula/core/group"
)

// leadership is whether this node may serve for its group: it was elected and a
// barrier of its term has been applied. Those who need it wait for the event.
type leadership struct {
	changed func(leads bool)

	closed chan struct{} // closed for good when the engine ends

	mu   sync.Mutex
	open chan struct{} // closed while leadership is held
	held uint64        // the term in which leadership is held; 0 when it is not
}

func newLeadership(changed func(bool)) *leadership {
	return &leadership{changed: changed, open: make(chan struct{}), closed: make(chan struct{})}
}

// follow keeps up with Raft's own view until the engine is closed.
func (l *leadership) follow(notify <-chan bool, r *raft.Raft) {
	for {
		select {
		case elected := <-notify:
			l.set(served(elected, r))
		case <-l.closed:
			return
		}
	}
}

// served returns the term in which this node may serve, or 0. The term is read
// on both sides of the barrier: when it moved, the news is outdated and more is
// on its way.
func served(elected bool, r *raft.Raft) uint64 {
	term := r.CurrentTerm()
	if !elected || r.Barrier(0).Error() != nil || r.CurrentTerm() != term {
		return 0
	}
	return term
}

func (l *leadership) set(term uint64) {
	l.mu.Lock()
	before := l.held
	switch {
	case before == 0 && term != 0:
		close(l.open)
	case before != 0 && term == 0:
		l.open = make(chan struct{})
	}
	l.held = term
	l.mu.Unlock()
	if before != term {
		l.changed(term != 0)
	}
}

func (l *leadership) term() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held
}

// wait returns nil once leadership is held. While nobody leads it waits for the
// election; it gives up when elsewhere names another node.
func (l *leadership) wait(ctx context.Context, elsewhere func() (string, <-chan struct{})) error {
	for {
		l.mu.Lock()
		open, held := l.open, l.held
		l.mu.Unlock()
		if held != 0 {
			return nil
		}
		other, changed := elsewhere()
		if other != "" {
			return fmt.Errorf("%w here: node %s leads", group.ErrNoLeader, other)
		}
		select {
		case <-open:
		case <-changed:
		case <-l.closed:
			return group.ErrShutdown
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", group.ErrNoLeader, context.Cause(ctx))
		}
	}
}
