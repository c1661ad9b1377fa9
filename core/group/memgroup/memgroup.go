// Package memgroup is the engine without replication: commands are applied in
// memory and nothing survives the process.
//
// It takes the same path through batches and the codec as the replicated
// engines, so that what works here works there.
package memgroup

import (
	"context"

	"ursula/core/group"
	"ursula/core/stream"
	"ursula/core/trace"
)

// Engine is a group.Engine that keeps nothing.
type Engine struct {
	batcher *group.Batcher
	replica *group.Replica
}

// New returns an engine that begins empty.
func New(observer group.Observer) *Engine {
	replica := group.NewReplica(observer)
	replica.Lead(true)
	e := &Engine{replica: replica}
	e.batcher = group.NewBatcher(e.submit)
	return e
}

// Trace lets commands be followed. It is to be called before the first Propose.
func (e *Engine) Trace(t trace.Tracer, about ...trace.Attribute) { e.batcher.Trace(t, about...) }

func (e *Engine) submit(entry []byte) ([]stream.Result, error) {
	s := e.batcher.Following(entry)
	s.Reach(group.Committed)
	return e.replica.FollowEntry(0, entry, s)
}

// Propose implements group.Engine.
func (e *Engine) Propose(ctx context.Context, c *stream.Command) (stream.Result, error) {
	return e.batcher.Propose(ctx, c)
}

// Confirm implements group.Engine. There is no one else who could lead.
func (e *Engine) Confirm(context.Context) error { return nil }

// Replica implements group.Engine.
func (e *Engine) Replica() *group.Replica { return e.replica }

// Leads implements group.Engine.
func (e *Engine) Leads() bool { return true }

// Term implements group.Engine.
func (e *Engine) Term() uint64 { return 1 }

// Compact implements group.Engine. There is no log.
func (e *Engine) Compact(context.Context) error { return nil }

// Close implements group.Engine.
func (e *Engine) Close() error {
	e.batcher.Close()
	return nil
}
