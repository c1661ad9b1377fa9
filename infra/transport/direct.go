package transport

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"syscall"
)

// direct writes to a socket without ever waiting for it. It is for whoever has
// the connection's turn to write.
type direct struct {
	raw     syscall.RawConn
	attempt func(fd uintptr) bool // made once: one for each write would be an allocation
	b       []byte
	n       int
	err     error
}

// newDirect returns nil for a connection that is no socket, or encrypts.
func newDirect(c net.Conn) *direct {
	m, ok := c.(meter)
	if !ok || m.Conn != m.raw {
		return nil
	}
	socket, ok := m.raw.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil
	}
	d := &direct{raw: raw}
	d.attempt = func(fd uintptr) bool {
		d.n, d.err = syscall.Write(int(fd), d.b)
		return true // done, whatever came of it
	}
	return d
}

// write returns what the socket had no room for.
func (d *direct) write(b []byte) (rest []byte, err error) {
	d.b = b
	err = d.raw.Write(d.attempt)
	d.b = nil
	switch {
	case err != nil:
		return b, err
	case errors.Is(d.err, syscall.EAGAIN), errors.Is(d.err, syscall.EINTR):
		return b, nil
	case d.err != nil:
		return b, d.err
	}
	return b[d.n:], nil
}

// carry writes what is queued on the goroutine of a sender, if nobody else
// writes: waking the writer costs both processors more than the write. Like the
// writer it yields first, so that others who are about to send share the system
// call; but not for an eager frame, whose sender has a disk to write to. What the
// socket does not take, and what comes meanwhile, is the writer's.
func (c *conn) carry(l lane) {
	if c.direct == nil {
		c.out.signal()
		return
	}
	if !c.turn.CompareAndSwap(false, true) {
		return // whoever has the turn looks again when it ends
	}
	if l != eager {
		runtime.Gosched()
	}
	c.taken = c.out.take(c.taken)
	rest, err := c.direct.write(c.taken[:min(len(c.taken), writeBytes)])
	sent := min(len(c.taken), writeBytes) - len(rest)
	c.traffic.out.Add(uint64(sent))
	if err != nil { // the turn is kept: nobody may write after what is missing
		c.fail(fmt.Errorf("write: %w", err))
		return
	}
	if sent < len(c.taken) {
		c.handed <- c.taken[sent:] // the turn goes with it
		return
	}
	c.pass()
}

// pass gives the turn up. Who queued something meanwhile left it to this one.
func (c *conn) pass() {
	c.turn.Store(false)
	if c.out.waits() {
		c.out.signal()
	}
}
