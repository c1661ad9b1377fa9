package clients

import (
	"context"

	"ursula/integration/linear"
	"ursula/integration/wire"
)

// hauler writes much, so that the journal goes through its segments, older bytes
// leave memory, and a full disk is noticed. It repeats nothing. It changes streams
// before one does not fit into an answer any more.
type hauler struct {
	person
	stream string
	made   bool
	sent   int
}

const (
	haul = 600_000 // bytes of one stream
	load = 60_000  // the mean of an append
)

func (h *hauler) step(ctx context.Context) {
	switch {
	case h.stream == "":
		h.stream = h.world.name("hauled")
	case !h.made:
		o := &linear.Op{Stream: h.stream, Kind: linear.Create}
		h.create(ctx, o)
		h.made = answered(o)
	default:
		h.write(ctx)
	}
	h.pause(ctx, think)
}

func (h *hauler) write(ctx context.Context) {
	o := &linear.Op{Stream: h.stream, Kind: linear.Append, Token: h.token(), Size: load/2 + h.random.IntN(load)}
	h.ask(ctx, o, func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
		return node.Append(ctx, o.Stream, linear.Payload(o.Token, o.Size))
	})
	if h.sent += o.Size; h.sent > haul {
		h.stream, h.made, h.sent = "", false, 0
	}
}
