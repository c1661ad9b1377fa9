package transport

import (
	"bytes"
	"context"
	"fmt"

	"ursula/infra/transport/wire"
)

// MaxCall bounds the payload of a call, and of its answer, in bytes.
const MaxCall = 48 << 20

// Method names what is called. Who owns which is for the callers to agree on.
type Method uint8

// Handler answers a call from a node. The payload is its own. The context ends
// when the caller stops waiting, or its connection does; the handler is to
// return soon afterwards. The text of an error reaches the caller as a
// RemoteError.
type Handler func(ctx context.Context, from string, payload []byte) ([]byte, error)

// Prompt answers a call on the goroutine that reads the connection, and so must
// wait for nothing. The payload is lent for the call. When ok is false the
// method's handler answers instead.
type Prompt func(from string, payload []byte) (answer []byte, ok bool)

// HandlePromptly sets what may answer a method before its handler, which is set
// as well. A call that is answered so takes no goroutine.
func (t *Transport) HandlePromptly(m Method, p Prompt) { t.prompts[m].Store(&p) }

// Handle sets the handler of a method. Calls of a method without one fail with a
// RemoteError; so it is set before the first peer connects.
func (t *Transport) Handle(m Method, h Handler) { t.handlers[m].Store(&h) }

// Call asks a peer and returns its answer. The parts of the payload are sent one
// after the other, and are free again when Call returns.
//
// It fails with ErrTooLarge, ErrUnreachable, ErrLost or a *RemoteError; the
// handler has not run, and will not, in the first two cases only.
func (t *Transport) Call(ctx context.Context, peer string, m Method, payload ...[]byte) (answer []byte, err error) {
	return t.CallUntil(ctx, Until{}, peer, m, payload...)
}

// CallUntil is Call that may end sooner.
func (t *Transport) CallUntil(ctx context.Context, u Until, peer string, m Method, payload ...[]byte) (answer []byte, err error) {
	if n := size(payload); n > MaxCall {
		return nil, fmt.Errorf("%w: call of %d bytes, limit %d", ErrTooLarge, n, MaxCall)
	}
	p, err := t.peer(peer)
	if err != nil {
		return nil, err
	}
	p.calls.begin()
	defer func() { p.calls.end(err) }()
	c, err := p.call.get(ctx, u.Over)
	if err != nil {
		return nil, err
	}
	w := &callReply{peer: peer, done: make(chan struct{})}
	id, err := c.waiting.add(w, 0)
	if err != nil {
		return nil, err
	}
	h := wire.Header{Kind: wire.Call, Group: uint32(m), ID: id}
	large, err := c.sendParts(h, normal, payload, ctx.Done())
	if err != nil && c.waiting.remove(id) {
		return nil, notSent(ctx, err)
	}
	return w.wait(ctx, u, c, h, large)
}

// notSent is the error of a call that did not get into the queue.
func notSent(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return unreachable(context.Cause(ctx))
	}
	return err
}

// callReply waits for the answer to a call.
type callReply struct {
	peer string
	body []byte
	err  error         // the peer's
	lack error         // why there is no answer
	done chan struct{} // closed when the others are set
}

// answered implements waiter.
func (w *callReply) answered(m message) {
	if w.err = m.problem(w.peer); w.err == nil {
		if w.body = m.body; !m.owned {
			w.body = bytes.Clone(m.body)
		}
	}
	close(w.done)
}

// lost implements waiter.
func (w *callReply) lost(cause error) {
	w.lack = cause
	close(w.done)
}

func (w *callReply) wait(ctx context.Context, u Until, c *conn, h wire.Header, large *cut) ([]byte, error) {
	var cause error
	select {
	case <-w.done:
	case <-u.Over:
		if large != nil && c.recall(h, large) && c.waiting.remove(h.ID) {
			return nil, unreachable(errOver)
		}
		cause = w.outlast(ctx, u.Again)
	case <-ctx.Done():
		cause = context.Cause(ctx)
	}
	if cause != nil {
		if c.waiting.remove(h.ID) {
			return nil, c.abandon(h, large, cause)
		}
		<-w.done // somebody is about to close it
	}
	if w.lack != nil {
		return nil, c.abandon(h, large, w.lack)
	}
	return w.body, w.err
}

// abandon tells the peer that nobody waits for the answer to a call. What had
// not been sent to the end was certainly not carried out.
func (c *conn) abandon(h wire.Header, large *cut, cause error) error {
	if large != nil && c.recall(h, large) {
		return unreachable(cause)
	}
	_ = c.post(cancelled(h), urgent) // a connection without room for it is about to fail
	return lost(cause)
}

// recall takes a call in pieces back, and returns whether it had not been sent to
// the end.
func (c *conn) recall(h wire.Header, large *cut) bool {
	b := wire.Begin(nil, cancelled(h))
	wire.Finish(b)
	return c.out.drop(large, b)
}

func cancelled(h wire.Header) wire.Header { return wire.Header{Kind: wire.Cancel, ID: h.ID} }

// Tell sends a notice of up to 64 KiB that nobody answers. It never waits, and
// returns false when the peer is not connected or there is no room. A notice
// that was taken may still be lost, or overtake another one.
func (t *Transport) Tell(peer string, m Method, payload []byte) bool {
	p, err := t.peer(peer)
	if err != nil || len(payload) > wire.MaxBody {
		return false
	}
	c, up, _, _ := p.call.look()
	if !up {
		return false
	}
	_, err = c.sendParts(wire.Header{Kind: wire.Tell, Group: uint32(m)}, optional, [][]byte{payload}, nil)
	return err == nil
}
