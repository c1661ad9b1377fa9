package load

import (
	"context"

	"ursula/integration/crash/record"
	"ursula/integration/wire"
)

// Closers, deleters and forkers act once in so many steps.
const (
	closeOnce  = 80
	deleteOnce = 25
	forkOnce   = 20
)

// creator makes streams, some with a first append in the body, and repeats a
// creation until it is answered.
type creator struct {
	common
	id, seq int
	owed    *birth
}

type birth struct {
	stream *record.Stream
	body   []byte
	id     record.ID
	fields []wire.Field
}

func (c *creator) owes() bool { return c.owed != nil }

func (c *creator) step(ctx context.Context) error {
	if c.owed == nil && !c.world.room(c.world.limit/3) {
		return pause(ctx)
	}
	if c.owed == nil {
		c.owed = c.draw()
	}
	b := c.owed
	b.stream.Creation.Ask()
	var send *record.Send
	if b.body != nil {
		send = b.stream.Send(b.id)
	}
	reply, err := c.world.client.Create(ctx, b.stream.Name, b.body, b.fields...)
	if err != nil {
		return err
	}
	if !reply.OK() {
		return pause(ctx)
	}
	b.stream.Creation.Acknowledge()
	if send != nil {
		send.Acknowledge("")
	}
	c.owed = nil
	c.world.born(b.stream)
	return nil
}

func (c *creator) draw() *birth {
	b := &birth{stream: c.world.enlist(nil), id: record.ID{Writer: c.id, Seq: c.seq}}
	c.seq++
	if c.chance(2) {
		b.body = record.Payload(b.id, c.size())
	}
	return b
}

// closer closes streams now and then, without a last append.
type closer struct{ common }

func (c *closer) step(ctx context.Context) error {
	stream := c.world.pick(c.random)
	if stream == nil || !c.chance(closeOnce) {
		return pause(ctx)
	}
	stream.Closure.Ask()
	reply, err := c.world.client.Append(ctx, stream.Name, nil, wire.Closing())
	if err == nil && reply.OK() {
		c.world.tally.closures.Add(1)
		stream.Closure.Acknowledge()
	}
	return err
}

// deleter deletes streams now and then.
type deleter struct{ common }

func (d *deleter) step(ctx context.Context) error {
	stream := d.world.pick(d.random)
	if stream == nil || !d.chance(deleteOnce) {
		return pause(ctx)
	}
	d.world.doom(stream)
	stream.Removal.Ask()
	reply, err := d.world.client.Delete(ctx, stream.Name)
	if err == nil && reply.OK() {
		d.world.tally.deletions.Add(1)
		stream.Removal.Acknowledge()
	}
	return err
}

// forker reads a stream and forks it at the end of what it read, or at some byte
// before.
type forker struct{ common }

func (f *forker) step(ctx context.Context) error {
	source := f.world.pick(f.random)
	if source == nil || !f.world.room(0) || !f.chance(forkOnce) {
		return pause(ctx)
	}
	page, err := f.world.client.Read(ctx, source.Name, "-1")
	if err != nil || !page.OK() || len(page.Body) == 0 {
		return err
	}
	source.Saw(page.Body)
	offset, sub, inherited := page.Next(), 0, page.Body
	if f.chance(2) {
		sub = 1 + f.random.IntN(len(page.Body))
		offset, inherited = wire.Start, page.Body[:sub]
	}
	fork := f.world.enlist(inherited)
	fork.Creation.Ask()
	reply, err := f.world.client.Create(ctx, fork.Name, nil, wire.ForkOf(source.Name, offset, sub)...)
	switch {
	case err != nil:
		return err
	case reply.OK():
		f.world.tally.forks.Add(1)
		fork.Creation.Acknowledge()
		f.world.born(fork)
	case refused(reply):
		fork.Creation.Refuse()
	}
	return nil
}
