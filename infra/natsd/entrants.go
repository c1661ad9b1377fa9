package natsd

import (
	"net"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

// entrants decide who may be a route of the own server: connections that this process
// has dialed itself, to lead a peer's tunnel there. Anybody on this machine may dial
// the route port; but no two connections to it have the same address at their other
// end, so the address tells whose it is.
type entrants struct {
	mu        sync.Mutex
	addresses map[string]struct{}
}

var _ server.Authentication = (*entrants)(nil)

func newEntrants() *entrants { return &entrants{addresses: make(map[string]struct{})} }

// admit lets a connection be a route, until leave. It is called before the connection
// carries anything.
func (e *entrants) admit(route net.Conn) (leave func()) {
	address := route.LocalAddr().String()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.addresses[address] = struct{}{}
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.addresses, address)
	}
}

// Check implements server.Authentication.
func (e *entrants) Check(c server.ClientAuthentication) bool {
	address := c.RemoteAddress()
	if address == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, own := e.addresses[address.String()]
	return own
}
