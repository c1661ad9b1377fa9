package clients

import (
	"context"

	"ursula/integration/linear"
	"ursula/integration/wire"
)

// plain appends without producer headers and never sends anything twice.
type plain struct{ person }

func (p *plain) step(ctx context.Context) {
	o := &linear.Op{Stream: p.world.pick(p.random), Kind: linear.Append, Token: p.token(), Size: p.size()}
	p.send(ctx, o)
	p.pause(ctx, think)
}

func (p *plain) send(ctx context.Context, o *linear.Op) {
	p.ask(ctx, o, func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
		return node.Append(ctx, o.Stream, linear.Payload(o.Token, o.Size))
	})
	if o.Outcome == linear.Shut {
		p.world.ended(o.Stream)
	}
}

// producer appends with producer headers and sends the same append, to whatever node,
// until the answer is definite.
type producer struct {
	person
	number int            // of the producer in the history
	next   map[string]int // the producer's next number in each stream
	owed   *linear.Op
}

func (p *producer) owes() bool { return p.owed != nil }

func (p *producer) step(ctx context.Context) {
	if p.owed == nil {
		stream := p.world.pick(p.random)
		p.owed = &linear.Op{
			Stream: stream, Kind: linear.Append, Token: p.token(), Size: p.size(),
			Producer: p.number, Seq: p.next[stream],
		}
	}
	attempt := *p.owed
	p.ask(ctx, &attempt, func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
		body := linear.Payload(attempt.Token, attempt.Size)
		return node.Append(ctx, attempt.Stream, body, wire.Producer(producerID(p.number), 0, attempt.Seq)...)
	})
	if attempt.Outcome == linear.Unknown || attempt.Outcome == linear.Refused {
		p.pause(ctx, again)
		return
	}
	p.answered(&attempt)
	p.pause(ctx, think)
}

// answered gives a debt up. A gap says that the stream has begun a new life, in which
// the producer has to begin anew.
func (p *producer) answered(o *linear.Op) {
	p.owed = nil
	switch o.Outcome {
	case linear.OK, linear.Repeated:
		p.next[o.Stream]++
	case linear.Gap, linear.Absent:
		p.next[o.Stream] = 0
	case linear.Shut:
		p.world.ended(o.Stream)
	}
}

func producerID(number int) string { return "producer-" + string(rune('a'+number)) }
