package transport

import (
	"net"
	"sync"
	"time"
)

// services are the names that peers may open streams to.
type services struct {
	mu     sync.Mutex
	closed bool
	of     map[string]*listener
}

// Service returns the listener of a name, whose connections have an Addr as
// their RemoteAddr. There is one listener for a name at a time.
func (t *Transport) Service(name string) net.Listener {
	s := &t.services
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &listener{of: s, name: name, queue: make(chan net.Conn, streamQueue), done: make(chan struct{})}
	l.addr = Addr(t.options.Identity().Node)
	if s.closed || s.of[name] != nil {
		l.closed = true
		close(l.done)
		return l
	}
	if s.of == nil {
		s.of = map[string]*listener{}
	}
	s.of[name] = l
	return l
}

func (s *services) deliver(name string, conn net.Conn) {
	answer := byte(streamUnknown)
	s.mu.Lock()
	l := s.of[name]
	s.mu.Unlock()
	if l != nil {
		if answer = streamBusy; len(l.queue) < cap(l.queue) {
			answer = streamAccepted
		}
	}
	_, err := conn.Write([]byte{answer})
	_ = conn.SetDeadline(time.Time{})
	if err != nil || answer != streamAccepted || !l.put(conn) {
		_ = conn.Close()
	}
}

func (s *services) close() {
	s.mu.Lock()
	s.closed = true
	all := s.of
	s.of = nil
	s.mu.Unlock()
	for _, l := range all {
		_ = l.Close()
	}
}

func (s *services) forget(l *listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[l.name] == l {
		delete(s.of, l.name)
	}
}
