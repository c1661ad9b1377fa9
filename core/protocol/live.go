package protocol

import (
	"context"
	"sync"
)

// live counts the readers that wait at a tail, so that a drain can end them and
// know when the last one has gone.
type live struct {
	mu     sync.Mutex
	count  int
	closed bool
	idle   chan struct{} // made by drain; closed when nobody is left
}

// begin counts a reader in, unless a drain has begun.
func (l *live) begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.count++
	return true
}

func (l *live) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count--
	l.settle()
}

// drain lets nobody in any more and returns a channel that is closed once all
// have gone.
func (l *live) drain() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.idle == nil {
		l.idle = make(chan struct{})
		l.settle()
	}
	return l.idle
}

func (l *live) settle() {
	if l.closed && l.count == 0 && l.idle != nil {
		close(l.idle)
	}
}

func (l *live) readers() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// Drain answers new requests with 503, ends all live readers cleanly and waits
// until they and all other requests under way have gone, or until ctx is done,
// whose error it returns then. The listener should stay open until Drain
// returns: only so can clients be told.
func (h *Handler) Drain(ctx context.Context) error {
	h.gate.shut.Store(true)
	gone := h.live.drain()
	h.stopLive()
	select {
	case <-gone:
		return h.gate.wait(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LiveReaders is the number of long-polls and SSE connections that are open.
func (h *Handler) LiveReaders() int { return h.live.readers() }
