package cluster

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"ursula/integration/conformance"
)

// TestConformanceThroughEachNode runs the official suite against each of three nodes
// that are one server.
func TestConformanceThroughEachNode(t *testing.T) {
	c := Start(t, Config{Args: conformance.ServeFlags()})
	for _, node := range c.Nodes() {
		t.Run(fmt.Sprintf("node=%d", node.ID), func(t *testing.T) { conformance.Run(t, node.URL()) })
	}
}

// TestConformanceThroughARandomNode sends each request of the suite to a node drawn by
// chance, as a load balancer does.
func TestConformanceThroughARandomNode(t *testing.T) {
	c := Start(t, Config{Args: conformance.ServeFlags()})
	balancer := httptest.NewServer(balance(t, c.URLs()))
	t.Cleanup(balancer.Close)
	conformance.Run(t, balancer.URL)
}

// balance is a reverse proxy to all of the addresses. It tells nodes the host that
// the client has asked, for that is where the client will look for what they name.
func balance(t *testing.T, addresses []string) http.Handler {
	t.Helper()
	targets := make([]*url.URL, len(addresses))
	for i, address := range addresses {
		target, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		targets[i] = target
	}
	return &httputil.ReverseProxy{
		FlushInterval: -1, // events must not wait for a buffer
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(targets[rand.IntN(len(targets))])
			r.Out.Host = r.In.Host
		},
	}
}
