package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestTheOldDiskDoesNotComeInPlaceOfTheNewOne replaces the disk of a node that runs,
// which is refused, and of one that somebody starts again with the old one. Were that
// let in, groups would count on what it has promised, and on an empty disk after it.
func TestTheOldDiskDoesNotComeInPlaceOfTheNewOne(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	writers := scribes(t, c, 4, 1000)
	measure(t, writers, 20)
	node, other := c.Node(2), c.Node(1)
	replacement := fmt.Sprintf("2=%s", c.Network.Address(2))
	for _, through := range []*Node{other, node} {
		out, err := tryCtl(t, through, "cluster", "replace", replacement)
		if err == nil || !strings.Contains(out, "its process runs: stop node 2 first") {
			t.Fatalf("a node that runs was replaced: %v, %s", err, out)
		}
	}
	measure(t, writers, 5)
	awaitCaughtUp(t, c, node)

	node.Kill()
	ctl(t, other, "cluster", "replace", replacement, "--no-wait")
	node.Relaunch() // as a supervisor would, with everything that it had
	await(t, func(context.Context) error {
		if !strings.Contains(node.Output(), "has no place in cluster") {
			return errors.New("the old disk was not told that it is not wanted")
		}
		return nil
	})
	tick := time.NewTicker(again)
	defer tick.Stop()
	for range 150 { // two rounds of the keepers and more
		requireAwaited(t, other)
		<-tick.C
	}
	requireNoOldTail(t, writers[0], node)

	node.Kill()
	if err := os.RemoveAll(node.Dir()); err != nil {
		t.Fatal(err)
	}
	ctl(t, other, "cluster", "replace", replacement, "--no-wait") // asked for again
	node.Restart()
	awaitCaughtUp(t, c, node)
	requireWithout(t, c, writers, other)
}

// requireAwaited wants node 2 to be awaited, or still on its way out, and to have no
// vote once it is awaited.
func requireAwaited(t *testing.T, asked *Node) {
	t.Helper()
	status, err := asked.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m := status.Members[1]
	if m.State != "leaving" && (m.State != "joining" || m.Votes > 0) {
		t.Fatalf("the old disk took the place of the new one: %+v", m)
	}
}
