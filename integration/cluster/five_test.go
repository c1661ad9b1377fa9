package cluster

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"ursula/integration/wire"
)

// TestFiveNodesDoWithoutTwo kills two of five, and then a third. Without a majority
// nothing is acknowledged, and clients are told to come again.
func TestFiveNodesDoWithoutTwo(t *testing.T) {
	c := Start(t, Config{Nodes: 5, Args: smallFlags()})
	writers := scribes(t, c, 4, 1000)
	measure(t, writers, 20)
	awaitLeader(t, c).Kill()
	measure(t, writers, 20)
	awaitLeader(t, c).Kill()
	measure(t, writers, 20)

	third := awaitLeader(t, c)
	third.Kill()
	requireRefusals(t, c, writers[0])
	third.Restart()
	measure(t, writers, 20)
	for _, w := range writers {
		w.require(t, c)
	}

	c.Recover()
	measure(t, writers, 5)
	requireEqualReplicas(t, c)
	for _, w := range writers {
		w.require(t, c)
	}
}

// requireRefusals wants every living node to refuse a line, and to refuse to say where
// the tail is, for the time being. Nobody can know whether the line is there: it is the
// next that the scribe will write.
func requireRefusals(t *testing.T, c *Cluster, w *scribe) {
	t.Helper()
	body := w.next()
	ctx, cancel := context.WithTimeout(t.Context(), untilAnswered)
	defer cancel()
	var all sync.WaitGroup
	for _, node := range c.Nodes() {
		if !node.Alive() {
			continue
		}
		client := wire.New(node.URL())
		for what, ask := range map[string]func() (wire.Reply, error){
			"an append": func() (wire.Reply, error) {
				return client.Append(ctx, w.stream, body, wire.Producer("scribe", 0, w.count)...)
			},
			"a HEAD": func() (wire.Reply, error) { return client.Head(ctx, w.stream) },
		} {
			all.Go(func() {
				reply, err := ask()
				if err != nil || reply.Status != http.StatusServiceUnavailable || reply.Header.Get("Retry-After") == "" {
					t.Errorf("node %d has no majority and answers %s with %v, Retry-After %q (%v)",
						node.ID, what, reply, reply.Header.Get("Retry-After"), err)
				}
			})
		}
	}
	all.Wait()
}
