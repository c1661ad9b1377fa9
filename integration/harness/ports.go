package harness

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
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

// freeAddress returns a loopback address on which nothing listens.
func freeAddress() (string, error) {
	for range portTries {
		address := fmt.Sprintf("127.0.0.1:%d", firstPort+rand.IntN(lastPort-firstPort))
		listener, err := net.Listen("tcp", address)
		if err == nil {
			return address, listener.Close()
		}
	}
	return "", errNoPort
}
