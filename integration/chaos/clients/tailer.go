package clients

import (
	"context"
	"errors"
	"time"

	"ursula/integration/linear"
	"ursula/integration/wire"
)

// tailer follows one lasting stream live and reconnects, to whatever node, at the
// offset after what it was given. Its notes are its own until it has ended.
type tailer struct {
	person
	sse    bool
	offset string
	tail   linear.Tail
}

// steady is the longest that a tailer stays with one node while faults happen: a
// connection to a node that is cut off says nothing.
const steady = 3 * time.Second

func newTailer(p person, sse bool) *tailer {
	stream := p.world.lasting[p.id%len(p.world.lasting)]
	return &tailer{person: p, sse: sse, offset: wire.Start, tail: linear.Tail{Reader: p.id, Stream: stream}}
}

func (t *tailer) step(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(t.random.Int64N(int64(steady))))
	defer cancel()
	t.connect(ctx, func() bool { return false })
	t.pause(ctx, think)
}

// until follows until everything up to end was given, or ctx is done.
func (t *tailer) until(ctx context.Context, end func() int64) bool {
	reached := func() bool { return t.tail.From+int64(len(t.tail.Content)) >= end() }
	for !reached() && ctx.Err() == nil {
		t.connect(ctx, reached)
		t.pause(ctx, think)
	}
	return reached()
}

// connect reads from one node until it fails, ctx ends or enough is reached.
func (t *tailer) connect(ctx context.Context, enough func() bool) {
	node := t.world.nodes[t.random.IntN(len(t.world.nodes))]
	if !t.sse {
		for !enough() && t.poll(ctx, node) {
		}
		return
	}
	live, err := node.Follow(ctx, t.tail.Stream, t.offset)
	if err != nil {
		t.judge(err)
		return
	}
	defer live.Close()
	for !enough() {
		batch, err := live.Next()
		if err != nil || !t.take(batch.Data, batch.Next) {
			return
		}
	}
}

// judge knows which refusals of a live read are none of its business.
func (t *tailer) judge(err error) {
	var refusal *wire.StatusError
	if errors.As(err, &refusal) && refusal.Status < 500 && refusal.Status != 429 {
		t.world.notes.surprise("reader %d of %s at %s: %v", t.id, t.tail.Stream, t.offset, err)
	}
}

func (t *tailer) poll(ctx context.Context, node *wire.Client) bool {
	reply, err := node.Poll(ctx, t.tail.Stream, t.offset)
	if err != nil {
		return false
	}
	if !reply.OK() {
		t.judge(&wire.StatusError{Status: reply.Status})
		return false
	}
	return t.take(reply.Body, reply.Next())
}

// take notes what was given together with the offset after it. What came without an
// offset is asked for again.
func (t *tailer) take(data []byte, next string) bool {
	at, err := position(next)
	t.tail.Content += string(data)
	if end := t.tail.From + int64(len(t.tail.Content)); err != nil || at != end {
		t.world.notes.surprise("reader %d of %s was given %d bytes up to %d and the offset %q",
			t.id, t.tail.Stream, len(data), end, next)
		return false
	}
	t.offset = next
	if len(data) > 0 {
		t.tail.Sights = append(t.tail.Sights, linear.Sight{At: t.world.notes.now(), Tail: at})
	}
	return true
}
