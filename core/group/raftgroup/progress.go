package raftgroup

import (
	"context"
	"sync"
)

// progress is how far the log has been applied here: the index of the last entry
// that held commands. Entries without commands do not count, for Raft does not
// show them to its state machine; so the figure means the same on every replica.
type progress struct {
	mu    sync.Mutex
	index uint64
	moved chan struct{} // closed when index grows; nil while nobody waits
}

// set notes that index was applied.
func (p *progress) set(index uint64) {
	p.mu.Lock()
	p.index = index
	if p.moved != nil {
		close(p.moved)
		p.moved = nil
	}
	p.mu.Unlock()
}

func (p *progress) get() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.index
}

// wait returns nil once index is applied, and ctx's cause when it ends first.
func (p *progress) wait(ctx context.Context, index uint64) error {
	for {
		moved := p.behind(index)
		if moved == nil {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// behind returns nil if index is applied, and otherwise what to wait for.
func (p *progress) behind(index uint64) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.index >= index {
		return nil
	}
	if p.moved == nil {
		p.moved = make(chan struct{})
	}
	return p.moved
}
