package clients

import (
	"context"
	"slices"

	"ursula/integration/linear"
	"ursula/integration/wire"
)

// answered says that an operation needs no repetition.
func answered(o *linear.Op) bool { return o.Outcome != linear.Unknown && o.Outcome != linear.Refused }

// present says that what was asked for is there now: the answer to a first attempt may
// have been lost.
func present(o *linear.Op) bool { return o.Outcome == linear.OK || o.Outcome == linear.Repeated }

func (p *person) create(ctx context.Context, o *linear.Op, fields ...wire.Field) {
	p.ask(ctx, o, func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
		return node.Create(ctx, o.Stream, nil, fields...)
	})
}

// closer makes a stream, lets the others write for a while, and closes it. The first is
// closed at once, so that no history is without.
type closer struct {
	person
	stream string
	made   bool
	closed bool // one, for certain
}

// closeOnce is how many steps a stream stays open on average.
const closeOnce = 30

func (c *closer) owes() bool { return !c.closed }

func (c *closer) step(ctx context.Context) {
	defer c.pause(ctx, think)
	switch {
	case c.stream == "":
		c.stream = c.world.name("closing")
	case !c.made:
		o := &linear.Op{Stream: c.stream, Kind: linear.Create}
		c.create(ctx, o)
		if c.made = answered(o); c.made {
			c.world.born(c.stream)
		}
	case !c.closed, c.chance(closeOnce):
		c.close(ctx)
	}
}

// close asks once. A closer that got no answer asks again another time.
func (c *closer) close(ctx context.Context) {
	o := &linear.Op{Stream: c.stream, Kind: linear.Close}
	c.ask(ctx, o, func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
		return node.Append(ctx, o.Stream, nil, wire.Closing())
	})
	if answered(o) {
		c.closed = c.closed || o.Outcome == linear.OK
		c.world.ended(c.stream)
		c.stream, c.made = "", false
	}
}

// phoenix deletes streams and makes them again.
type phoenix struct {
	person
	deleted bool // one, for certain
}

func (p *phoenix) owes() bool { return !p.deleted }

func (p *phoenix) step(ctx context.Context) {
	stream := p.world.reborn[p.random.IntN(len(p.world.reborn))]
	if p.chance(3) {
		o := &linear.Op{Stream: stream, Kind: linear.Delete}
		p.ask(ctx, o, func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
			return node.Delete(ctx, o.Stream)
		})
		p.deleted = p.deleted || o.Outcome == linear.OK
	} else {
		p.create(ctx, &linear.Op{Stream: stream, Kind: linear.Create})
	}
	p.pause(ctx, 4*think)
}

// forker reads a lasting stream and forks it at the end of what it read.
type forker struct {
	person
	owed *linear.Op
	from []wire.Field
	made bool // one, for certain
}

func (f *forker) owes() bool { return f.owed != nil || !f.made }

func (f *forker) step(ctx context.Context) {
	defer f.pause(ctx, 10*think)
	if f.owed == nil && !f.draw(ctx) {
		return
	}
	attempt := *f.owed
	f.create(ctx, &attempt, slices.Clone(f.from)...)
	if answered(&attempt) {
		f.made = f.made || present(&attempt)
		f.world.born(attempt.Stream)
		f.owed = nil
	}
}

func (f *forker) draw(ctx context.Context) bool {
	source := f.world.lasting[f.random.IntN(len(f.world.lasting))]
	read := &linear.Op{Stream: source, Kind: linear.Read}
	reply := f.ask(ctx, read, fromStart(source))
	if read.Outcome != linear.OK || read.Torn != "" || !reply.UpToDate() || !f.world.mayFork(f.id) {
		return false
	}
	f.owed = &linear.Op{
		Stream: f.world.name("fork"), Kind: linear.Create, Inherits: read.Content, Base: read.Tail,
	}
	f.from = wire.ForkOf(source, reply.Next(), 0)
	return true
}
