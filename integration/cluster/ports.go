package cluster

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Ports come from below the range from which the local ends of outgoing connections
// are drawn: a node dials from its own host, and may be restarted any time, and its
// proxy with it.
const (
	firstPort = 20000
	lastPort  = 30000
	portTries = 100
)

// clusterAddress gives each node a host of its own, by which the network knows it.
func clusterAddress(t testing.TB, node int) string {
	t.Helper()
	listener, err := listenAnywhere(fmt.Sprintf("127.0.0.%d", 10+node))
	if err != nil {
		t.Fatalf("cluster: only Linux has these addresses by itself: %v", err)
	}
	listener.Close()
	return listener.Addr().String()
}

// listenAnywhere listens on a free port of a host.
func listenAnywhere(host string) (listener net.Listener, err error) {
	for range portTries {
		port := fmt.Sprint(firstPort + rand.IntN(lastPort-firstPort))
		if listener, err = net.Listen("tcp", net.JoinHostPort(host, port)); err == nil {
			return listener, nil
		}
	}
	return nil, err
}
