package clients

import (
	"context"

	"ursula/integration/linear"
	"ursula/integration/wire"
)

// testator makes a stream, writes to it, forks it and deletes it, so that the fork is
// all that is left of it. What the fork inherits must outlive the source.
type testator struct {
	person
	source string
	stage  stage
	fork   *linear.Op
	from   []wire.Field
	left   bool // one is all that is left of its source, for certain
}

// stage is how far a testator has come with its stream. Each is repeated until it is
// answered.
type stage int

const (
	making stage = iota
	writing
	forking
	deleting
)

func (t *testator) owes() bool { return t.stage == forking || t.stage == deleting || !t.left }

func (t *testator) step(ctx context.Context) {
	defer t.pause(ctx, think)
	switch t.stage {
	case making:
		t.make(ctx)
	case writing:
		t.write(ctx)
	case forking:
		t.bequeath(ctx)
	case deleting:
		t.leave(ctx)
	}
}

func (t *testator) make(ctx context.Context) {
	if t.source == "" {
		t.source = t.world.name("left")
	}
	o := &linear.Op{Stream: t.source, Kind: linear.Create}
	if t.create(ctx, o); answered(o) {
		t.stage = writing
	}
}

// write appends now and then reads, and makes the fork of what it read.
func (t *testator) write(ctx context.Context) {
	if !t.chance(3) {
		o := &linear.Op{Stream: t.source, Kind: linear.Append, Token: t.token(), Size: t.size()}
		t.ask(ctx, o, func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
			return node.Append(ctx, o.Stream, linear.Payload(o.Token, o.Size))
		})
		return
	}
	read := &linear.Op{Stream: t.source, Kind: linear.Read}
	reply := t.ask(ctx, read, fromStart(t.source))
	if read.Outcome != linear.OK || !reply.UpToDate() || len(read.Content) == 0 || !t.world.mayFork(t.id) {
		return
	}
	t.fork = &linear.Op{
		Stream: t.world.name("heir"), Kind: linear.Create, Inherits: read.Content, Base: read.Tail,
	}
	t.from, t.stage = wire.ForkOf(t.source, reply.Next(), 0), forking
}

func (t *testator) bequeath(ctx context.Context) {
	attempt := *t.fork
	if t.create(ctx, &attempt, t.from...); answered(&attempt) {
		t.stage = deleting
	}
}

// leave deletes the source. Only then do the others write to the fork and read it.
func (t *testator) leave(ctx context.Context) {
	o := &linear.Op{Stream: t.source, Kind: linear.Delete}
	t.ask(ctx, o, func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
		return node.Delete(ctx, o.Stream)
	})
	if answered(o) {
		t.left = true
		t.world.born(t.fork.Stream)
		t.source, t.stage = "", making
	}
}
