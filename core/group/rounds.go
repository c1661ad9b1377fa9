package group

import (
	"context"
	"fmt"
	"runtime"
	"sync"
)

// Rounds lets reads share proofs that what they are about to read is current. A
// round is for the reads that were there when it began; who comes later waits for
// the next one, since a proof says nothing of what happened after it. One round
// is under way at a time. All methods may be called concurrently.
type Rounds struct {
	prove func(context.Context) error

	mu      sync.Mutex
	running bool
	next    *round // what those who come now wait for
}

type round struct {
	done chan struct{}
	err  error // set before done is closed
}

// NewRounds returns rounds that are carried out by prove, which must bound its
// own time: its context is nobody's in particular.
func NewRounds(prove func(context.Context) error) *Rounds { return &Rounds{prove: prove} }

// Wait returns what a round says that began after the call. When ctx ends first
// the error wraps ErrNoLeader.
func (r *Rounds) Wait(ctx context.Context) error {
	mine := r.join(ctx)
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrNoLeader, context.Cause(ctx))
	}
}

func (r *Rounds) join(ctx context.Context) *round {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == nil {
		r.next = &round{done: make(chan struct{})}
	}
	if !r.running {
		r.running = true
		go r.run(context.WithoutCancel(ctx)) // the first reader's patience is not the others'
	}
	return r.next
}

// run carries out rounds until nobody waits. It yields before each: those who
// are about to read then share it.
func (r *Rounds) run(ctx context.Context) {
	for {
		runtime.Gosched()
		begun := r.begin()
		if begun == nil {
			return
		}
		begun.err = r.prove(ctx)
		close(begun.done)
	}
}

func (r *Rounds) begin() *round {
	r.mu.Lock()
	defer r.mu.Unlock()
	begun := r.next
	r.next = nil
	r.running = begun != nil
	return begun
}
