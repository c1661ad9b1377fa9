package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"ursula/integration/wire"
)

// follower reads a stream live, by server-sent events or long-polls, from its begin to
// its closure, and connects again wherever a read ends.
type follower struct {
	caller
	stream string
	sse    bool

	offset  string
	content []byte
	closed  bool
}

// run follows until the stream is closed.
func (f *follower) run(ctx context.Context) {
	f.offset = wire.Start
	step := f.poll
	if f.sse {
		step = f.listen
	}
	for !f.closed {
		if err := step(ctx); err != nil {
			f.tally.failed(fmt.Errorf("a live reader of %s at %s: %w", f.stream, f.offset, err))
			return
		}
	}
}

func (f *follower) poll(ctx context.Context) error {
	reply, err := f.ask(ctx, "long-poll", func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
		return node.Poll(ctx, f.stream, f.offset)
	})
	if err != nil {
		return err
	}
	return f.take(wire.Batch{Data: reply.Body, Next: reply.Next(), Closed: reply.Closed()})
}

// listen is one connection. A server that goes ends it between two events.
func (f *follower) listen(ctx context.Context) error {
	live, err := f.connect(ctx)
	if err != nil {
		return err
	}
	defer live.Close()
	for !f.closed {
		batch, err := live.Next()
		if errors.Is(err, io.EOF) {
			f.tally.ended()
			return nil
		}
		if err != nil {
			return err
		}
		if err := f.take(batch); err != nil {
			return err
		}
	}
	return nil
}

func (f *follower) connect(ctx context.Context) (live *wire.Tail, err error) {
	_, err = f.ask(ctx, "live read", func(_ context.Context, node *wire.Client) (wire.Reply, error) {
		var refused *wire.StatusError
		if live, err = node.Follow(ctx, f.stream, f.offset); errors.As(err, &refused) {
			return wire.Reply{Status: refused.Status, Header: refused.Header}, nil
		}
		return wire.Reply{Status: http.StatusOK}, err
	})
	return live, err
}

// take wants the bytes to end where the offset says, so that there was no gap.
func (f *follower) take(batch wire.Batch) error {
	f.content = append(f.content, batch.Data...)
	if want := fmt.Sprintf("_%016d", len(f.content)); !strings.HasSuffix(batch.Next, want) {
		return fmt.Errorf("after %d bytes it is given the offset %q", len(f.content), batch.Next)
	}
	f.offset, f.closed = batch.Next, batch.Closed
	return nil
}
