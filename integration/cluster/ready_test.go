package cluster

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestAnIsolatedNodeIsNotReady cuts a node off. A load balancer must hear of it, and
// of nothing while the others elect, nor when the node is back.
func TestAnIsolatedNodeIsNotReady(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	alone := awaitLeader(t, c)
	var others []*Node
	for _, node := range c.Nodes() {
		if node != alone {
			others = append(others, node)
		}
	}
	requireHealth(t, "/readyz", 200, "ready", c.Nodes()...)
	begin := time.Now()
	c.Network.Isolate(alone.ID)
	await(t, func(ctx context.Context) error {
		requireHealth(t, "/readyz", 200, "ready", others...)
		return health(ctx, alone, "/readyz", 503, "not ready: 4 of 4 groups have no leader that this node can ask")
	})
	t.Logf("cut off, a node was not ready after %v", time.Since(begin).Round(time.Millisecond))
	requireHealth(t, "/healthz", 200, "ok", c.Nodes()...)
	begin = time.Now()
	c.Network.Heal()
	await(t, func(ctx context.Context) error {
		requireHealth(t, "/readyz", 200, "ready", others...)
		return health(ctx, alone, "/readyz", 200, "ready")
	})
	t.Logf("back, it was ready after %v", time.Since(begin).Round(time.Millisecond))
	tick := time.NewTicker(again)
	defer tick.Stop()
	for range 150 { // it stays so, while leaders move back
		requireHealth(t, "/readyz", 200, "ready", c.Nodes()...)
		<-tick.C
	}
}

func requireHealth(t *testing.T, path string, status int, says string, nodes ...*Node) {
	t.Helper()
	for _, node := range nodes {
		if err := health(t.Context(), node, path, status, says); err != nil {
			t.Fatal(err)
		}
	}
}

// health wants a node's answer on its admin port to be this one.
func health(ctx context.Context, node *Node, path string, status int, says string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, node.AdminURL()+path, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status || !strings.HasPrefix(string(body), says) {
		return fmt.Errorf("node %d: %s is %d %q (%v), want %d %q", node.ID, path, response.StatusCode, body, err, status, says)
	}
	return nil
}
