package transport

import (
	"ursula/infra/transport/wire"
)

// reply waits for the answer to one of Raft's requests. It is used again for the
// next one.
type reply struct {
	from []byte // node id of the peer
	into any    // response struct
	err  error  // set before done has its element
	done chan struct{}
}

// answered implements waiter.
func (r *reply) answered(m message) {
	r.err = decodeAnswer(m, r.from, r.into)
	r.done <- struct{}{}
}

// lost implements waiter.
func (r *reply) lost(cause error) {
	r.err = lost(cause)
	r.done <- struct{}{}
}

func decodeAnswer(m message, from []byte, into any) error {
	if err := m.problem(string(from)); err != nil {
		return err
	}
	return wire.Decode(m.body, from, into)
}

// ask sends a request of Raft and waits for the answer, an error, or the
// timeout.
func (t *Transport) ask(c *conn, h wire.Header, l lane, args, resp any) error {
	r := t.replies.Get().(*reply)
	defer t.replies.Put(r)
	r.from, r.into = c.from, resp
	id, err := c.waiting.add(r, c.pulse.deadline(t.options.Timeout))
	if err != nil {
		return err
	}
	h.ID = id
	if err := c.sendMessage(h, l, args, nil); err != nil && c.waiting.remove(id) {
		return err
	}
	<-r.done
	return r.err
}
