package node

import (
	"context"
	"time"

	"ursula/core/forward"
	"ursula/core/trace"
)

// confirm makes sure that what is read from the replica next is current.
func (g *member) confirm(ctx context.Context) error {
	ctx, cancel := g.patient(ctx)
	defer cancel()
	span := g.confirming(ctx)
	err := g.engine.Confirm(ctx)
	if span != nil {
		span.End(time.Now(), err)
	}
	return err
}

// current is confirm for who can do without: it waits for no election.
func (g *member) current(ctx context.Context) bool {
	e, ok := g.engine.(*forward.Engine)
	if !ok {
		return false
	}
	span := g.confirming(ctx)
	current := e.Current(ctx)
	if span != nil {
		span.End(time.Now(), nil)
	}
	return current
}

// confirming begins the span of a confirmation, nil if its request is not
// followed.
func (g *member) confirming(ctx context.Context) trace.Span {
	t := g.node.options.Tracer
	if t == nil {
		return nil
	}
	request := t.Span(ctx)
	if request == nil {
		return nil
	}
	span := request.Child("confirm", trace.Internal, time.Now())
	span.Note(trace.Attribute{Key: "ursula.group", Number: int64(g.id)})
	return span
}
