package harness

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Ports come from below the range from which Linux and macOS draw the local
// ends of outgoing connections. A port from within that range could be taken by
// one of the test's own retrying clients while its server is being restarted.
const (
	firstPort = 20000
	lastPort  = 30000
	portTries = 200
)

var errNoPort = errors.New("no free port found")

// Reserve returns an address of a host at which nobody listens, and which is given to
// nobody else, in this process or another, until it is released. Whoever is given it may
// listen there later, and again. What is held meanwhile is the same port of UDP, of
// which no server here knows.
func Reserve(host string) (address string, release func(), err error) {
	for range portTries {
		address := fmt.Sprintf("%s:%d", host, firstPort+rand.IntN(lastPort-firstPort))
		var held net.PacketConn
		if held, err = net.ListenPacket("udp", address); err != nil {
			continue
		}
		var listener net.Listener
		if listener, err = net.Listen("tcp", address); err == nil {
			return address, func() { held.Close() }, listener.Close()
		}
		held.Close()
	}
	return "", nil, errors.Join(errNoPort, err)
}

// Address is an address of a host that is the test's until its end.
func Address(t testing.TB, host string) string {
	t.Helper()
	a, release, err := Reserve(host)
	if err != nil {
		t.Fatalf("harness: %v", err)
	}
	t.Cleanup(release)
	return a
}
