package cluster

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"ursula/integration/wire"
)

// awaitCaughtUp returns when the cluster says that the node votes in all groups and is
// behind in none.
func awaitCaughtUp(t *testing.T, c *Cluster, node *Node) {
	t.Helper()
	await(t, func(ctx context.Context) error {
		status, err := node.Status(ctx)
		if err != nil {
			return err
		}
		for _, m := range status.Members {
			if m.ID == strconv.Itoa(node.ID) && m.CaughtUp == len(status.Groups) && m.Votes == len(status.Groups) {
				return nil
			}
		}
		return fmt.Errorf("node %d is behind: %+v", node.ID, status.Members)
	})
}

// awaitLeader returns the node that leads most groups, once each group has a leader.
func awaitLeader(t *testing.T, c *Cluster) *Node {
	t.Helper()
	var leader *Node
	await(t, func(ctx context.Context) (err error) {
		leader, err = c.Leader(ctx)
		return err
	})
	return leader
}

// await asks until there is no error any more. There is nothing to be told by: what is
// waited for happens in another process.
func await(t *testing.T, ask func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), untilAnswered)
	defer cancel()
	tick := time.NewTicker(again)
	defer tick.Stop()
	for {
		err := ask(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("after %v: %v", untilAnswered, err)
		case <-tick.C:
		}
	}
}

// requireNoOldTail asks a node that is cut off for the tail. It may fail, and it may
// not answer with anything but the truth.
func requireNoOldTail(t *testing.T, w *scribe, node *Node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), attempt)
	defer cancel()
	reply, err := wire.New(node.URL()).Head(ctx, w.stream)
	if err != nil || reply.Unsure() {
		return
	}
	if want := fmt.Sprintf("%016d", w.written.Len()); len(reply.Next()) < 16 || reply.Next()[len(reply.Next())-16:] != want {
		t.Errorf("node %d is cut off and answers HEAD of %s with %d and the tail %q, want 503 or %s",
			node.ID, w.stream, reply.Status, reply.Next(), want)
	}
}
