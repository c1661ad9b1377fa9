package lean

import (
	"context"
	"net"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"ursula/core/protocol/gather"
)

// The state of a connection says who may close it: while it is idle, anybody who
// takes it out of that state; while it is busy, its goroutine.
const (
	idle int32 = iota
	busy
	ended
)

// conn is a connection that has not been handed over. Its fields belong to its
// goroutine, apart from state.
type conn struct {
	server  *Server
	tcp     *net.TCPConn
	out     *gather.Conn // tcp, able to hold writes back
	input   input
	request request
	body    body
	answer  response
	state   atomic.Int32
}

func newConn(s *Server, tcp *net.TCPConn) *conn {
	c := &conn{server: s, tcp: tcp, out: gather.New(tcp)}
	c.answer.conn = c
	return c
}

// serve serves requests until one is not plain, the client leaves or the server
// ends.
func (c *conn) serve() {
	ctx, cancel := context.WithCancel(c.server.ctx)
	defer cancel()
	defer c.server.forget(c)
	if c.input.open(c.tcp, &c.server.blocks, c.server.options.IdleTimeout) != nil || !c.await() {
		c.end()
		return
	}
	c.request.start(gather.Context(ctx, c.out), c.tcp.RemoteAddr().String())
	c.answer.header = make(http.Header)
	if c.serveRequests() {
		c.handOver()
		return
	}
	c.end()
}

// serveRequests reports whether it stopped at a request that is not plain.
func (c *conn) serveRequests() (foreign bool) {
	for {
		size, length, err := c.request.parse(c.input.bytes())
		switch {
		case err == errIncomplete && c.input.more():
			continue
		case err != nil:
			return true
		}
		c.input.take(size)
		if !c.handle(length) || !c.next() {
			return false
		}
	}
}

// next waits for the next request, unless there is one. It passes over the few
// line ends that old clients send behind the body of a POST, as net/http does.
func (c *conn) next() bool {
	most := 0
	if c.request.target.method == http.MethodPost {
		most = 4
	}
	for len(c.input.bytes()) > 0 || c.await() {
		n := lineEnds(c.input.bytes(), most)
		most -= n
		if c.input.take(n); len(c.input.bytes()) > 0 {
			return true
		}
	}
	return false
}

// lineEnds counts the CRs and LFs at the beginning of data, up to most.
func lineEnds(data []byte, most int) (n int) {
	for n < min(most, len(data)) && (data[n] == '\r' || data[n] == '\n') {
		n++
	}
	return n
}

// await waits for the first bytes of a request. It returns false when the
// connection is to end.
func (c *conn) await() bool {
	c.state.CompareAndSwap(busy, idle)
	if c.server.isDraining() {
		return false
	}
	return c.input.await() == nil && c.state.CompareAndSwap(idle, busy)
}

// handle serves the request that was parsed, whose body has length bytes. It
// reports whether another may follow.
func (c *conn) handle(length int) (ok bool) {
	defer c.recovered()
	r := &c.request.shown
	r.Body = c.body.open(&c.input, length)
	r.ContentLength = int64(length)
	c.answer.start(r.Method)
	c.server.options.Handler.ServeHTTP(&c.answer, r)
	return c.answer.finish()
}

// recovered ends the panic of a handler; the connection ends with it.
func (c *conn) recovered() {
	reason := recover()
	if reason == nil || reason == http.ErrAbortHandler {
		return
	}
	c.server.log.Error("handler panicked", "remote", c.tcp.RemoteAddr().String(),
		"panic", reason, "stack", string(debug.Stack()))
}

// dropBody reads what the handler left of the body.
func (c *conn) dropBody() bool {
	if c.body.left == 0 {
		return true
	}
	scratch := c.server.blocks.get()
	defer c.server.blocks.put(scratch)
	return c.body.drop(scratch[:])
}

// handOver gives the connection away, with the bytes of the request at hand.
func (c *conn) handOver() {
	rest := append([]byte(nil), c.input.bytes()...)
	c.input.release()
	if c.tcp.SetReadDeadline(time.Time{}) != nil || !c.server.foreign.offer(&handed{c.tcp, rest}) {
		c.end()
	}
}

// end closes the connection, if nobody else did.
func (c *conn) end() {
	c.input.release()
	if c.state.Swap(ended) != ended {
		_ = c.tcp.Close()
	}
}

// endIdle closes the connection if it is idle.
func (c *conn) endIdle() {
	if c.state.CompareAndSwap(idle, ended) {
		_ = c.tcp.Close()
	}
}
