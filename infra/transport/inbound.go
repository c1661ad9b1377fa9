package transport

import (
	"errors"
	"maps"
	"net"
	"sync"
)

// inbound has the connections that peers dialed, one of each class for each.
type inbound struct {
	mu     sync.Mutex
	closed bool
	of     map[inboundKey]numbered
}

// numbered is a connection with its place in the order of acceptance.
type numbered struct {
	carrier
	number uint64
}

type inboundKey struct {
	node  string
	class Class
}

var errReplaced = errors.New("the peer has connected again")

func newInbound() *inbound { return &inbound{of: map[inboundKey]numbered{}} }

// add takes c in place of an earlier connection, which a peer that started
// again may have left behind. What was accepted earlier may come here later.
func (i *inbound) add(k inboundKey, c numbered) {
	i.mu.Lock()
	outdated, closed := i.of[k], i.closed
	if c.number >= outdated.number {
		i.of[k] = c
	} else {
		outdated = c
	}
	i.mu.Unlock()
	if outdated.carrier != nil {
		outdated.fail(errReplaced)
	}
	if closed {
		c.fail(ErrClosed)
	}
}

func (i *inbound) remove(k inboundKey, c carrier) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.of[k].carrier == c {
		delete(i.of, k)
	}
}

// drop ends the connections of one node.
func (i *inbound) drop(node string) {
	i.fail(func(k inboundKey) bool { return k.node == node }, errNoPeer)
}

// close ends all connections, and those that are still to come.
func (i *inbound) close() {
	i.mu.Lock()
	i.closed = true
	i.mu.Unlock()
	i.fail(func(inboundKey) bool { return true }, ErrClosed)
}

func (i *inbound) fail(which func(inboundKey) bool, cause error) {
	for k, c := range i.all() {
		if which(k) {
			c.fail(cause)
		}
	}
}

// all returns the connections of the moment.
func (i *inbound) all() map[inboundKey]numbered {
	i.mu.Lock()
	defer i.mu.Unlock()
	return maps.Clone(i.of)
}

// welcome serves a connection that was accepted, until it ends. A place among
// the strangers is free once the peer has said who it is.
func (t *Transport) welcome(raw net.Conn, number uint64, strangers <-chan struct{}) {
	o, err := t.meet(t.ctx, raw)
	<-strangers
	if err != nil {
		if t.ctx.Err() == nil {
			t.options.Logger.Warn("refused a connection", "from", raw.RemoteAddr(), "node", o.peer.Node, "error", err)
		}
		return
	}
	c := t.serving(o)
	k := inboundKey{o.peer.Node, o.class}
	t.inbound.add(k, numbered{c, number})
	defer t.inbound.remove(k, c)
	t.doubt(c)
	if p, err := t.peer(o.peer.Node); err == nil {
		p.hurry() // it is there: dial it now
	}
	err = c.run()
	t.options.Logger.Debug("a peer's connection ended", "node", k.node, "class", k.class, "cause", err)
}

// serving returns what answers requests on a connection.
func (t *Transport) serving(o *opened) carrier {
	if o.class == ClassBulk {
		return t.newSession(o)
	}
	c := newConn(o, t.period)
	if o.class == ClassLog {
		c.receive = newLogServer(t, c).receive
	} else {
		c.receive = newCallServer(t, c).receive
	}
	return c
}
