package clients

import (
	"context"
	"math/rand/v2"
	"time"

	"ursula/integration/linear"
	"ursula/integration/wire"
)

const (
	// patience is how long a client waits for an answer before it asks elsewhere.
	patience = 2 * time.Second
	// think is the mean pause between two requests of one worker.
	think = 10 * time.Millisecond
	// again is the pause before a request is repeated.
	again = 50 * time.Millisecond
	// politeness is the mean pause after a 503, which asks for one.
	politeness = 200 * time.Millisecond
)

// worker asks one thing after the other.
type worker interface {
	// step asks once, or finishes what an earlier step left open.
	step(ctx context.Context)
}

// debtor is a worker that must not end with a question open.
type debtor interface {
	worker
	owes() bool
}

// person is what every worker has. It is used by one goroutine.
type person struct {
	id     int
	world  *world
	random *rand.Rand
	seq    int // number of the next append
}

// request is one HTTP request to one node.
type request func(ctx context.Context, node *wire.Client) (wire.Reply, error)

// ask sends a request to some node and notes the operation. It returns the reply for
// what the operation does not hold.
func (p *person) ask(ctx context.Context, o *linear.Op, send request) wire.Reply {
	reply, keep := p.try(ctx, p.random.IntN(len(p.world.nodes))+1, o, send)
	if keep {
		p.world.notes.add(*o)
	}
	if reply.Unsure() {
		p.pause(ctx, politeness)
	}
	return reply
}

// try sends a request to a node. A read that does not hold the whole stream is not
// worth keeping.
func (p *person) try(ctx context.Context, node int, o *linear.Op, send request) (wire.Reply, bool) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	notes := p.world.notes
	o.Client, o.Node, o.Invoked = p.id, node, notes.now()
	reply, err := send(ctx, p.world.nodes[node-1])
	o.Returned = notes.now()
	surprise := settle(o, reply, err)
	if o.Kind == linear.Read && o.Outcome == linear.OK {
		if !reply.UpToDate() {
			return reply, false
		}
		if o.Content, err = linear.Parse(reply.Body); err != nil {
			o.Torn = err.Error()
		}
	}
	if surprise != "" {
		notes.surprise("%s", surprise)
	}
	return reply, true
}

// chance is true once in n times.
func (p *person) chance(n int) bool { return p.random.IntN(n) == 0 }

// size draws the bytes of an append.
func (p *person) size() int { return linear.MinSize + p.random.IntN(200) }

// token names the next append.
func (p *person) token() linear.Token {
	p.seq++
	return linear.Token{Client: p.id, Seq: p.seq}
}

// pause waits about as long as mean, or until ctx ends.
func (p *person) pause(ctx context.Context, mean time.Duration) {
	timer := time.NewTimer(time.Duration(p.random.Int64N(int64(2 * mean))))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
