package lean

import (
	"io"
	"net"
	"sync"
)

// handed is a connection whose first bytes were read already. All else is the
// TCP connection's own, so that writes of many parts and of files stay as cheap
// as they are. It must not be read through its SyscallConn or File.
type handed struct {
	*net.TCPConn
	rest []byte
}

// Read reads the bytes that were read already, then new ones.
func (h *handed) Read(p []byte) (int, error) {
	if len(h.rest) == 0 {
		return h.TCPConn.Read(p)
	}
	n := copy(p, h.rest)
	if h.rest = h.rest[n:]; len(h.rest) == 0 {
		h.rest = nil
	}
	return n, nil
}

// WriteTo is Read for io.Copy.
func (h *handed) WriteTo(w io.Writer) (int64, error) {
	rest := h.rest
	h.rest = nil
	n, err := w.Write(rest)
	if err != nil {
		return int64(n), err
	}
	more, err := h.TCPConn.WriteTo(w)
	return int64(n) + more, err
}

// foreign is the listener of connections that are handed over. It queues none:
// who offers one waits until it is accepted.
type foreign struct {
	addr   net.Addr
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newForeign(addr net.Addr) *foreign {
	return &foreign{addr: addr, conns: make(chan net.Conn), closed: make(chan struct{})}
}

// offer hands conn to Accept. It reports whether it was taken.
func (f *foreign) offer(conn net.Conn) bool {
	select {
	case f.conns <- conn:
		return true
	case <-f.closed:
		return false
	}
}

// Accept returns the next connection, or net.ErrClosed.
func (f *foreign) Accept() (net.Conn, error) {
	select {
	case conn := <-f.conns:
		return conn, nil
	case <-f.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and offer.
func (f *foreign) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}

// Addr returns the address of the listener that the connections came through.
func (f *foreign) Addr() net.Addr { return f.addr }
