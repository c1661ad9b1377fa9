package transport

import (
	"net"
	"sync/atomic"
	"time"

	"ursula/infra/transport/wire"
)

// traffic counts what passes between two nodes in one class, over all its
// connections.
type traffic struct {
	in, out   atomic.Uint64 // bytes
	heard     atomic.Int64  // Unix time in nanoseconds, 0 for never
	roundTrip atomic.Int64  // nanoseconds, 0 for unknown
}

// meter is a connection whose traffic is counted.
type meter struct {
	net.Conn
	raw     net.Conn // below TLS
	traffic *traffic
}

// Close implements net.Conn. It leaves out TLS's farewell, which would wait for
// a peer that takes nothing.
func (m meter) Close() error { return m.raw.Close() }

// Read implements net.Conn.
func (m meter) Read(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	if n > 0 {
		m.traffic.in.Add(uint64(n))
		m.traffic.heard.Store(time.Now().UnixNano())
	}
	return n, err
}

// Write implements net.Conn.
func (m meter) Write(b []byte) (int, error) {
	n, err := m.Conn.Write(b)
	m.traffic.out.Add(uint64(n))
	return n, err
}

// ping asks for an echo of the time. When there is no room for it, then writing
// is what is stuck, and the pulse sees that.
func (c *conn) ping() {
	_ = c.post(wire.Header{Kind: wire.Ping, ID: uint64(time.Now().UnixNano())}, urgent)
}

func (c *conn) ponged(h wire.Header) {
	if took := time.Now().UnixNano() - int64(h.ID); took > 0 {
		c.traffic.roundTrip.Store(took)
	}
}
