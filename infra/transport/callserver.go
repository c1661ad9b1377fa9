package transport

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"ursula/infra/transport/wire"
)

// What one peer may have under way here.
const (
	maxCalls     = 512
	maxCallBytes = 256 << 20 // of payloads
)

// callServer runs the handlers of what a peer calls, each in a goroutine of its
// own.
type callServer struct {
	t *Transport
	c *conn

	mu      sync.Mutex
	calls   int
	bytes   int
	cancels map[uint64]context.CancelFunc // of calls, by id
}

func newCallServer(t *Transport, c *conn) *callServer {
	return &callServer{t: t, c: c, cancels: map[uint64]context.CancelFunc{}}
}

func (s *callServer) receive(m message) error {
	switch m.Kind {
	case wire.Cancel:
		s.cancel(m.ID)
		return nil
	case wire.Call, wire.Tell:
	default:
		return s.c.refuse(m.Header, wire.Failed, "unknown request")
	}
	if m.Group >= uint32(len(s.t.handlers)) || s.t.handlers[m.Group].Load() == nil {
		return s.decline(m.Header, wire.Failed, fmt.Sprintf("no method %d", m.Group))
	}
	if answered, err := s.promptly(m); answered || err != nil {
		return err
	}
	if !s.admit(m) {
		return s.decline(m.Header, wire.Busy, "")
	}
	if !m.owned {
		m.body = bytes.Clone(m.body)
	}
	if !s.later(m) {
		s.begin(*s.t.handlers[m.Group].Load(), m)
	}
	return nil
}

// promptly answers a call at once if its method can.
func (s *callServer) promptly(m message) (answered bool, err error) {
	p := s.t.prompts[m.Group].Load()
	if p == nil || m.Kind != wire.Call {
		return false, nil
	}
	answer, ok := (*p)(s.c.peer.Node, m.body)
	if !ok || len(answer) > wire.MaxBody {
		return false, nil
	}
	_, err = s.c.sendParts(answerTo(m.Header, 0), prompt, [][]byte{answer}, nil)
	return true, err
}

// decline refuses a call. A notice is dropped.
func (s *callServer) decline(h wire.Header, flags wire.Flags, text string) error {
	if h.Kind == wire.Tell {
		return nil
	}
	return s.c.refuse(h, flags, text)
}

func (s *callServer) admit(m message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls >= maxCalls || s.calls > 0 && s.bytes+len(m.body) > maxCallBytes {
		return false
	}
	s.calls++
	s.bytes += len(m.body)
	return true
}

func (s *callServer) begin(h Handler, m message) {
	ctx, cancel := context.WithCancel(s.c.ctx)
	if m.Kind == wire.Call {
		s.mu.Lock()
		s.cancels[m.ID] = cancel
		s.mu.Unlock()
	}
	s.t.done.Go(func() {
		defer cancel()
		defer s.end(m.Header, len(m.body))
		answer, err := h(ctx, s.c.peer.Node, m.body)
		if m.Kind == wire.Call {
			s.answer(m.Header, answer, err)
		}
	})
}

func (s *callServer) end(h wire.Header, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls--
	s.bytes -= size
	if h.Kind == wire.Call {
		delete(s.cancels, h.ID)
	}
}

// answer sends the answer. When it cannot, the connection has ended, and with it
// the caller's wait.
func (s *callServer) answer(h wire.Header, answer []byte, err error) {
	if err == nil && len(answer) > MaxCall {
		err = fmt.Errorf("%w: answer of %d bytes, limit %d", ErrTooLarge, len(answer), MaxCall)
	}
	var flags wire.Flags
	if err != nil {
		flags, answer = wire.Failed, []byte(err.Error())
	}
	_, _ = s.c.sendParts(answerTo(h, flags), normal, [][]byte{answer}, s.c.ctx.Done())
}

func (s *callServer) cancel(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.cancels[id]; cancel != nil {
		cancel()
	}
}
