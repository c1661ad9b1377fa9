package transport

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"runtime"
	"sync/atomic"

	"ursula/core/socket"
	"ursula/infra/transport/wire"
)

const (
	readBytes  = 128 << 10 // holds a whole frame, so that it need not be copied
	writeBytes = 256 << 10 // written at once; what the pulse sees as progress
)

// conn carries frames of one class between two nodes. The side that dialed sends
// requests and the other one answers them.
type conn struct {
	net     net.Conn
	traffic *traffic
	self    []byte   // node id of this side
	peer    Identity // of the other
	class   Class
	from    []byte // its node id
	dialed  bool

	out     *outbox
	waiting *pending
	beats   beats
	receive func(message) error // whole messages, on the reader's goroutine
	owes    bool                // the reader queued answers that are not written yet
	pulse   pulse
	writing atomic.Bool // by the writer, which may have to wait

	// Whoever has the turn writes what is queued: the writer, or a sender that
	// found nobody at it.
	turn   atomic.Bool
	taken  []byte       // what is being written; used again. For who has the turn
	direct *socket.Conn // nil where only the writer can write
	handed chan []byte  // what a sender could not write, to the writer, with the turn

	ctx    context.Context // ends with the connection; its cause says why
	cancel context.CancelCauseFunc
}

func newConn(opened *opened, period pulsePeriod) *conn {
	c := &conn{
		net: opened.conn, traffic: opened.traffic, dialed: opened.dialed,
		self: []byte(opened.self), peer: opened.peer, class: opened.class, from: []byte(opened.peer.Node),
		out: newOutbox(), waiting: newPending(),
		direct: directly(opened.conn), handed: make(chan []byte, 1),
	}
	c.receive = c.waiting.receive
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	c.pulse.period = period
	return c
}

// run carries frames until the connection ends, and returns why.
func (c *conn) run() error {
	written := make(chan struct{})
	go func() {
		defer close(written)
		c.write()
	}()
	c.pulse.start(c)
	c.fail(c.read())
	<-written
	return context.Cause(c.ctx)
}

// met implements carrier.
func (c *conn) met() (Identity, Class) { return c.peer, c.class }

// fail ends the connection. Only the first cause counts.
func (c *conn) fail(cause error) {
	c.cancel(cause)
	cause = context.Cause(c.ctx)
	_ = c.net.Close()
	c.out.close(unreachable(cause))
	c.waiting.fail(cause)
	c.pulse.stop()
}

func (c *conn) read() error {
	r, parts := bufio.NewReaderSize(c.net, readBytes), assembler{}
	for {
		if c.owes && !holdsFrame(r) {
			c.owes = false
			c.carry(prompt)
		}
		head, err := r.Peek(wire.HeaderSize)
		if err != nil {
			return err
		}
		h, err := wire.Parse(head)
		if err != nil {
			return err
		}
		frame, err := r.Peek(wire.HeaderSize + h.Length)
		if err != nil {
			return err
		}
		if err := c.frame(h, frame, parts); err != nil {
			return err
		}
		_, _ = r.Discard(len(frame)) // it was peeked at
	}
}

// holdsFrame reports whether the next frame can be read without waiting.
func holdsFrame(r *bufio.Reader) bool {
	if r.Buffered() < wire.HeaderSize {
		return false
	}
	head, _ := r.Peek(wire.HeaderSize)
	h, err := wire.Parse(head)
	return err != nil || r.Buffered() >= wire.HeaderSize+h.Length
}

func (c *conn) frame(h wire.Header, frame []byte, parts assembler) error {
	body, err := h.Body(frame)
	if err != nil {
		return err
	}
	switch h.Kind {
	case wire.Ping:
		return c.post(wire.Header{Kind: wire.Pong, ID: h.ID}, prompt)
	case wire.Pong:
		c.ponged(h)
		return nil
	case wire.Cancel:
		delete(parts, h.ID)
	}
	m, whole, err := parts.add(h, body)
	if err != nil || !whole {
		return err
	}
	return c.receive(m)
}

// write writes what is queued, and what a sender could not write.
func (c *conn) write() {
	for {
		var err error
		select {
		case rest := <-c.handed:
			if err = c.flush(rest); err == nil {
				c.pass()
			}
		case <-c.out.ready:
			err = c.writeQueued()
		case <-c.ctx.Done():
			return
		}
		if err != nil {
			c.fail(fmt.Errorf("write: %w", err))
			return
		}
	}
}

// writeQueued yields once before it takes what is queued: those who are about to
// send something do, and share the system call.
func (c *conn) writeQueued() error {
	if !c.turn.CompareAndSwap(false, true) {
		return nil // a sender writes, and will look again
	}
	runtime.Gosched()
	c.taken = c.out.take(c.taken)
	if err := c.flush(c.taken); err != nil {
		return err
	}
	c.pass()
	return nil
}

func (c *conn) flush(b []byte) error {
	c.writing.Store(true)
	defer c.writing.Store(false)
	for len(b) > 0 {
		n, err := c.net.Write(b[:min(len(b), writeBytes)])
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}
