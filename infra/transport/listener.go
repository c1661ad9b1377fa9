package transport

import (
	"fmt"
	"net"
	"sync"
)

// listener implements net.Listener.
type listener struct {
	of    *services
	name  string
	addr  Addr
	queue chan net.Conn
	done  chan struct{} // closed when closed is set

	mu     sync.Mutex
	closed bool
}

func (l *listener) put(conn net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	select {
	case l.queue <- conn:
		return true
	default:
		return false
	}
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.queue:
		return conn, nil
	case <-l.done:
		return nil, fmt.Errorf("accept streams of service %q: %w", l.name, net.ErrClosed)
	}
}

// Addr implements net.Listener: an Addr, this node's.
func (l *listener) Addr() net.Addr { return l.addr }

// Close implements net.Listener. Streams that were not accepted are closed.
func (l *listener) Close() error {
	l.of.forget(l)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	close(l.done)
	for len(l.queue) > 0 {
		select {
		case conn := <-l.queue:
			_ = conn.Close()
		default:
		}
	}
	return nil
}
