package load

import (
	"context"
	"fmt"

	"ursula/integration/crash/record"
	"ursula/integration/wire"
)

// plain appends without producer headers and never sends anything twice: what
// was not answered stays unknown.
type plain struct {
	common
	id, seq int
}

func (p *plain) step(ctx context.Context) error {
	stream := p.world.pick(p.random)
	if stream == nil {
		return pause(ctx)
	}
	id := record.ID{Writer: p.id, Seq: p.seq}
	p.seq++
	send := stream.Send(id)
	reply, err := p.world.client.Append(ctx, stream.Name, record.Payload(id, p.size()))
	switch {
	case err != nil:
		return err
	case reply.OK():
		send.Acknowledge(reply.Next())
		p.world.tally.appends.Add(1)
	case refused(reply):
		send.Refuse()
	default:
		return pause(ctx)
	}
	return nil
}

// producer appends with producer headers and sends the same append until it is
// answered, over as many lives of the server as that takes.
type producer struct {
	common
	id, seq int
	next    map[*record.Stream]int // the next producer sequence of each stream
	owed    *debt
}

// debt is an append without an answer so far.
type debt struct {
	stream  *record.Stream
	id      record.ID
	body    []byte
	seq     int
	closing bool
	tries   int
}

func newProducer(b common) *producer {
	return &producer{common: b, id: b.world.writer(), next: map[*record.Stream]int{}}
}

func (p *producer) owes() bool { return p.owed != nil }

func (p *producer) step(ctx context.Context) error {
	if p.owed == nil {
		p.owed = p.draw()
	}
	if p.owed == nil {
		return pause(ctx)
	}
	d := p.owed
	d.tries++
	send := d.stream.Send(d.id)
	reply, err := p.world.client.Append(ctx, d.stream.Name, d.body, d.fields(p.id)...)
	if err != nil {
		return err
	}
	if reply.Unsure() || reply.Status == tooMany {
		return pause(ctx)
	}
	p.owed = nil
	p.settle(d, send, reply)
	return nil
}

func (p *producer) draw() *debt {
	stream := p.world.pick(p.random)
	if stream == nil {
		return nil
	}
	d := &debt{stream: stream, id: record.ID{Writer: p.id, Seq: p.seq}, seq: p.next[stream]}
	d.body = record.Payload(d.id, p.size())
	d.closing = p.chance(400)
	if d.closing {
		stream.Closure.Ask()
	}
	p.seq++
	return d
}

func (d *debt) fields(writer int) []wire.Field {
	fields := wire.Producer(fmt.Sprintf("producer-%d", writer), 0, d.seq)
	if d.closing {
		fields = append(fields, wire.Closing())
	}
	return fields
}

// settle notes the answer. A refusal of a repeated append says nothing about the
// first try: the stream may have been closed or deleted after that succeeded.
func (p *producer) settle(d *debt, send *record.Send, reply wire.Reply) {
	switch {
	case reply.OK():
		p.next[d.stream]++
		if d.tries > 1 && reply.Status != fresh {
			p.world.tally.recognised.Add(1)
		}
		send.Acknowledge(ending(reply))
		p.world.tally.appends.Add(1)
		if d.closing {
			d.stream.Closure.Acknowledge()
		}
	case reply.Header.Get("Producer-Expected-Seq") != "" || reply.Header.Get("Producer-Epoch") != "":
		d.stream.Forgot(fmt.Sprintf("producer %d was told %v on number %d", p.id, reply, d.seq))
	case d.tries == 1:
		send.Refuse()
	}
}

// ending is where the append ends, "" when the server recognised a repeated
// append, for then it names the tail.
func ending(reply wire.Reply) string {
	if reply.Status != fresh {
		return ""
	}
	return reply.Next()
}
