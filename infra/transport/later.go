package transport

import (
	"errors"

	"ursula/infra/transport/wire"
)

// Later takes a call on the goroutine that reads the connection, and so must wait for
// nothing; it is answered through reply, by whom and when its method likes. The payload
// is its own. When ok is false the method's handler answers instead.
type Later func(from string, payload []byte, reply *Reply) (ok bool)

// HandleLater sets what may take a method's calls before its handler, which is set as
// well. A call that is taken has no goroutine while it waits for its answer, and no
// context that would end with its caller: nobody is told when its caller gives up.
func (t *Transport) HandleLater(m Method, l Later) { t.laters[m].Store(&l) }

// Reply answers one call. Its methods wait for nothing.
type Reply struct {
	server *callServer
	header wire.Header // of the call
	size   int         // of its payload
}

// Answer queues the answer, once. One for which there is no room waits for it in a
// goroutine, and its call counts until then: a peer that takes no answers gets no more calls
// under way.
func (r *Reply) Answer(answer []byte) {
	if len(answer) <= wire.MaxBody {
		_, err := r.server.c.sendParts(answerTo(r.header, 0), held, [][]byte{answer}, nil)
		if !errors.Is(err, errFull) {
			r.server.end(r.header, r.size)
			return
		}
	}
	go func() {
		defer r.server.end(r.header, r.size)
		r.server.answer(r.header, answer, nil)
	}()
}

// Send has what is queued on the call's connection written.
func (r *Reply) Send() {
	if c := r.server.c; c.out.waits() {
		c.carry(held)
	}
}

// later hands a call that was admitted to its method if that takes it.
func (s *callServer) later(m message) bool {
	l := s.t.laters[m.Group].Load()
	if l == nil || m.Kind != wire.Call {
		return false
	}
	return (*l)(s.c.peer.Node, m.body, &Reply{server: s, header: m.Header, size: len(m.body)})
}
