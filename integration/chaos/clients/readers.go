package clients

import (
	"context"

	"ursula/integration/linear"
	"ursula/integration/wire"
)

// reader asks for the tail: by HEAD, by a read of nothing at the tail, or by a read of
// everything.
type reader struct{ person }

func (r *reader) step(ctx context.Context) {
	stream := r.world.pick(r.random)
	switch r.random.IntN(4) {
	case 0:
		r.ask(ctx, &linear.Op{Stream: stream, Kind: linear.Read}, fromStart(stream))
	case 1:
		r.ask(ctx, &linear.Op{Stream: stream, Kind: linear.Head}, atTail(stream))
	default:
		r.ask(ctx, &linear.Op{Stream: stream, Kind: linear.Head}, head(stream))
	}
	r.pause(ctx, think)
}

func head(stream string) request {
	return func(ctx context.Context, node *wire.Client) (wire.Reply, error) { return node.Head(ctx, stream) }
}

func atTail(stream string) request {
	return func(ctx context.Context, node *wire.Client) (wire.Reply, error) { return node.Read(ctx, stream, "now") }
}

func fromStart(stream string) request {
	return func(ctx context.Context, node *wire.Client) (wire.Reply, error) { return node.Read(ctx, stream, "-1") }
}
