package protocol

import (
	"context"
	"sync/atomic"
)

// gate counts the requests that are being served, and shuts for a drain. It is
// entered by every request, so it takes no lock.
type gate struct {
	inside atomic.Int64
	shut   atomic.Bool
	empty  chan struct{} // holds a token after the last request left a shut gate
}

func newGate() gate { return gate{empty: make(chan struct{}, 1)} }

// enter counts a request in, unless the gate is shut. It counts before it looks,
// so that a drain which saw nobody inside has nobody inside.
func (g *gate) enter() bool {
	g.inside.Add(1)
	if g.shut.Load() {
		g.leave()
		return false
	}
	return true
}

func (g *gate) leave() {
	if g.inside.Add(-1) == 0 && g.shut.Load() {
		select {
		case g.empty <- struct{}{}:
		default:
		}
	}
}

// wait returns once the gate is shut and nobody is inside, or with ctx's error.
func (g *gate) wait(ctx context.Context) error {
	for g.inside.Load() > 0 {
		select {
		case <-g.empty:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
