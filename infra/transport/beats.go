package transport

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"ursula/infra/transport/wire"
)

// beatPeriod is the time between the moments at which heartbeats are sent, to all
// peers at once. It is about the interval that Raft's shortest timers have between
// a group's heartbeats.
const beatPeriod = pulsePeriod(250 * time.Millisecond)

// beats collects the heartbeats of all groups on one connection: those that come
// between two such moments share a message.
//
// Invariant: a heartbeat is answered by a message that was sent after it came. So
// its answer says as much about the time of the contact as one of its own would.
type beats struct {
	mu   sync.Mutex
	next *round // that takes heartbeats; nil while none waits
}

// round is the heartbeats that share a message. It is a waiter.
type round struct {
	from   []byte // node id of the peer
	asks   wire.Heartbeats
	answer wire.Followed
	err    error
	done   chan struct{} // closed when answer or err is set
}

// beat sends a heartbeat with those of other groups, and by itself when the
// follower's main loop has to look at it.
func (g *Group) beat(target raft.ServerAddress, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	c, err := g.t.logConn(target)
	if err != nil {
		return err
	}
	if c.sends(args.RPCHeader) {
		followed, err := c.share(wire.Leading{Group: g.id, Term: args.Term}, g.t.options.Timeout)
		if err != nil {
			return err
		}
		if followed {
			*resp = raft.AppendEntriesResponse{RPCHeader: c.header(c.from), Term: args.Term, Success: true}
			return nil
		}
		g.doubt(c)
	}
	return g.t.ask(c, wire.Header{Kind: wire.Heartbeat, Group: g.id}, urgent, wire.Beat{AppendEntriesRequest: args}, resp)
}

// sends reports whether a header is that of whoever sends on the connection.
func (c *conn) sends(h raft.RPCHeader) bool {
	return h.ProtocolVersion == raft.ProtocolVersionMax && bytes.Equal(h.ID, c.self) && bytes.Equal(h.Addr, c.self)
}

func (c *conn) header(node []byte) raft.RPCHeader {
	return raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: node, Addr: node}
}

// share sends a heartbeat together with others and returns whether it was
// followed.
func (c *conn) share(l wire.Leading, patience time.Duration) (followed bool, err error) {
	r, i := c.join(l, patience)
	<-r.done
	return r.err == nil && r.answer.Has(i), r.err
}

func (c *conn) join(l wire.Leading, patience time.Duration) (r *round, i int) {
	b := &c.beats
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil || len(b.next.asks.Of) == wire.MaxHeartbeats {
		next := &round{from: c.from, asks: wire.Heartbeats{RPCHeader: c.header(c.self)}, done: make(chan struct{})}
		b.next = next
		time.AfterFunc(beatPeriod.next(), func() { c.sendRound(next, patience) })
	}
	b.next.asks.Of = append(b.next.asks.Of, l)
	return b.next, len(b.next.asks.Of) - 1
}

func (c *conn) sendRound(r *round, patience time.Duration) {
	c.beats.close(r)
	id, err := c.waiting.add(r, c.pulse.deadline(patience))
	if err != nil {
		r.finish(err)
		return
	}
	h := wire.Header{Kind: wire.Together, ID: id}
	if err := c.sendMessage(h, urgent, &r.asks, nil); err != nil && c.waiting.remove(id) {
		r.finish(err)
	}
}

// close lets nobody join the round any more.
func (b *beats) close(r *round) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == r {
		b.next = nil
	}
}

func (r *round) finish(err error) {
	r.err = err
	close(r.done)
}

// answered implements waiter.
func (r *round) answered(m message) {
	err := decodeAnswer(m, r.from, &r.answer)
	if want := len(wire.NewFollowed(len(r.asks.Of)).Bits); err == nil && len(r.answer.Bits) != want {
		err = fmt.Errorf("%w: answer of %d bytes to %d heartbeats", wire.ErrMalformed, len(r.answer.Bits), len(r.asks.Of))
	}
	r.finish(err)
}

// lost implements waiter.
func (r *round) lost(cause error) { r.finish(lost(cause)) }
