package socket

import (
	"io"
	"net"
	"os"
	"syscall"
)

// Conn is a connection whose bytes go straight to its socket and come from it. One
// goroutine may read while another one writes; deadlines and Close work as they do for
// the net.Conn that it is made of.
type Conn struct {
	net.Conn
	raw      syscall.RawConn
	reading  transfer
	writing  transfer
	tryWrite func(fd uintptr) bool
}

// transfer is a call in one direction.
type transfer struct {
	call func(fd uintptr, p []byte) (int, error)
	p    []byte
	n    int
	err  error
	// wait makes the call, and has it made again if need be. It is bound once: one for
	// each call would be an allocation.
	wait func(fd uintptr) bool
}

// New returns nil for a connection that is no socket.
func New(c net.Conn) *Conn {
	s, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil
	}
	d := &Conn{Conn: c, raw: raw, reading: transfer{call: Read}, writing: transfer{call: Write}}
	d.reading.wait = func(fd uintptr) bool { return d.reading.attempt(fd) != syscall.EAGAIN }
	d.writing.wait = func(fd uintptr) bool { return d.writing.attempt(fd) != syscall.EAGAIN }
	d.tryWrite = func(fd uintptr) bool { _ = d.writing.attempt(fd); return true }
	return d
}

func (t *transfer) attempt(fd uintptr) error {
	t.n, t.err = t.call(fd, t.p)
	return t.err
}

// by has a transfer of p made through do, which is the RawConn's Read or Write.
func (t *transfer) by(do func(func(uintptr) bool) error, attempt func(uintptr) bool, p []byte) (int, error) {
	t.p, t.n, t.err = p, 0, nil
	err := do(attempt)
	t.p = nil
	if err == nil {
		err = t.err
	}
	return t.n, err
}

// Read implements net.Conn.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.reading.by(c.raw.Read, c.reading.wait, p)
	if n == 0 && err == nil && len(p) > 0 {
		err = io.EOF
	}
	return n, failed("read", err)
}

// Write implements net.Conn.
func (c *Conn) Write(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var some int
		some, err = c.writing.by(c.raw.Write, c.writing.wait, p[n:])
		n += some
	}
	return n, failed("write", err)
}

// TryWrite writes as much of p as the socket has room for at once.
func (c *Conn) TryWrite(p []byte) (n int, err error) {
	n, err = c.writing.by(c.raw.Write, c.tryWrite, p)
	if err == syscall.EAGAIN {
		return 0, nil
	}
	return n, failed("write", err)
}

// failed says which call an error of the system is from, as net does.
func failed(call string, err error) error {
	if _, ok := err.(syscall.Errno); ok {
		return os.NewSyscallError(call, err)
	}
	return err
}
