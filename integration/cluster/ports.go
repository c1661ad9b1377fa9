package cluster

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Ports come from below the range from which the local ends of outgoing connections
// are drawn: a node dials from its own host, and may be restarted any time.
const (
	firstPort = 20000
	lastPort  = 30000
	portTries = 100
)

// clusterAddress gives each node a host of its own, by which the network knows it.
func clusterAddress(t testing.TB, node int) string {
	t.Helper()
	for range portTries {
		address := fmt.Sprintf("127.0.0.%d:%d", 10+node, firstPort+rand.IntN(lastPort-firstPort))
		if listener, err := net.Listen("tcp", address); err == nil {
			listener.Close()
			return address
		}
	}
	t.Fatalf("cluster: no free port on 127.0.0.%d; only Linux has these addresses by itself", 10+node)
	return ""
}
