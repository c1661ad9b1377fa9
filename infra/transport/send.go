package transport

import (
	"fmt"

	"ursula/infra/transport/wire"
)

// post queues a frame without a body.
func (c *conn) post(h wire.Header, l lane) error {
	_, err := c.sendParts(h, l, nil, nil)
	return err
}

// sendMessage queues a message of Raft. It is encoded before it returns, unless
// the error says that it was not queued.
func (c *conn) sendMessage(h wire.Header, l lane, message any, stop <-chan struct{}) error {
	scratch := c.out.buffers.Get().(*buffer)
	b, err := wire.Append(wire.Begin(scratch.b[:0], h), c.self, message)
	if err != nil {
		return err
	}
	if n := len(b) - wire.HeaderSize; n > wire.MaxBody {
		if n > wire.MaxMessage {
			return fmt.Errorf("%w: %d bytes", ErrTooLarge, n)
		}
		return c.out.putCut(newCut(h, l, [][]byte{b[wire.HeaderSize:]}), stop)
	}
	return c.putFrame(scratch, b, h.Group, l, stop)
}

// sendParts queues a body that is made of parts. A large one is not copied: the
// parts belong to the connection until the cut is dropped, or sent.
func (c *conn) sendParts(h wire.Header, l lane, parts [][]byte, stop <-chan struct{}) (*cut, error) {
	if size(parts) > wire.MaxBody {
		large := newCut(h, l, parts)
		return large, c.out.putCut(large, stop)
	}
	scratch := c.out.buffers.Get().(*buffer)
	b := wire.Begin(scratch.b[:0], h)
	for _, p := range parts {
		b = append(b, p...)
	}
	return nil, c.putFrame(scratch, b, h.Group, l, stop)
}

// putFrame completes the frame b and queues it. b was built in scratch, which is
// free again afterwards.
func (c *conn) putFrame(scratch *buffer, b []byte, group uint32, l lane, stop <-chan struct{}) error {
	wire.Finish(b)
	err := c.out.put(b, l, group, stop)
	scratch.b = b
	c.out.buffers.Put(scratch)
	if err != nil {
		return err
	}
	switch l {
	case prompt:
		c.owes = true
	case held:
	default:
		c.carry(l)
	}
	return nil
}

// refuse answers a request with the text of an error, on the reader's goroutine.
func (c *conn) refuse(h wire.Header, flags wire.Flags, text string) error {
	_, err := c.sendParts(answerTo(h, flags), prompt, [][]byte{[]byte(text)}, nil)
	return err
}

func answerTo(h wire.Header, flags wire.Flags) wire.Header {
	return wire.Header{Kind: h.Kind.Answer(), Flags: flags, Group: h.Group, ID: h.ID}
}

// problem returns the error that an answer from peer carries, if it does.
func (m message) problem(peer string) error {
	switch {
	case m.Flags&wire.Busy != 0:
		return unreachable(fmt.Errorf("node %s: %w", peer, ErrBusy))
	case m.Flags&wire.Failed != 0:
		return &RemoteError{Peer: peer, Text: string(m.body)}
	}
	return nil
}
