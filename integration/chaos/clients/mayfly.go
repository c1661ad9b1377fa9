package clients

import (
	"context"
	"math"
	"time"

	"ursula/integration/linear"
	"ursula/integration/wire"
)

// mayfly makes a stream with a lifetime, uses it, leaves it alone for a while, and
// makes another one when it is gone. A name is asked for once only, so that it has one
// life: a creation that is repeated after the stream has expired would begin another.
type mayfly struct {
	person
	ttl    time.Duration // whole seconds
	shared bool          // others use the stream, too
	stream string
}

// How often a mayfly does not use its stream, and for how long at most.
const (
	idleOnce  = 8
	idlesLong = 3 * time.Second
)

// outlasting is a lifetime that no wrong clock cuts to nothing.
func outlasting(skew time.Duration) time.Duration {
	return time.Duration(math.Ceil(skew.Seconds())+2) * time.Second
}

func (m *mayfly) step(ctx context.Context) {
	switch {
	case m.stream == "":
		m.make(ctx)
	case m.chance(idleOnce):
		m.pause(ctx, min(m.ttl, idlesLong)*3/4) // twice that at most
		m.look(ctx, linear.Head, head(m.stream))
	case m.chance(3):
		m.look(ctx, linear.Read, fromStart(m.stream))
	default:
		m.write(ctx)
	}
	m.pause(ctx, 5*think)
}

func (m *mayfly) make(ctx context.Context) {
	o := &linear.Op{Stream: m.world.name("mayfly"), Kind: linear.Create, TTL: m.ttl}
	if m.create(ctx, o, wire.TTL(m.ttl)); o.Outcome != linear.OK {
		m.pause(ctx, again)
		return
	}
	m.stream = o.Stream
	if m.shared {
		m.world.born(o.Stream)
	}
}

func (m *mayfly) look(ctx context.Context, kind linear.Kind, send request) {
	o := &linear.Op{Stream: m.stream, Kind: kind}
	m.ask(ctx, o, send)
	m.mourn(o)
}

func (m *mayfly) write(ctx context.Context) {
	o := &linear.Op{Stream: m.stream, Kind: linear.Append, Token: m.token(), Size: m.size()}
	m.ask(ctx, o, func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
		return node.Append(ctx, o.Stream, linear.Payload(o.Token, o.Size))
	})
	m.mourn(o)
}

func (m *mayfly) mourn(o *linear.Op) {
	if o.Outcome == linear.Absent {
		m.world.ended(m.stream)
		m.stream = ""
	}
}
