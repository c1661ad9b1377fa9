package transport

import (
	"fmt"
	"net"
	"runtime"

	"ursula/core/socket"
)

// directly returns the socket that takes what it has room for without a wait, nil for
// a connection that encrypts. It is for whoever has the turn to write.
func directly(c net.Conn) *socket.Conn {
	m, _ := c.(meter)
	s, _ := m.Conn.(*socket.Conn)
	return s
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
	sent, err := c.direct.TryWrite(c.taken[:min(len(c.taken), writeBytes)])
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
