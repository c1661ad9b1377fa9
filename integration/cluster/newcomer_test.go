package cluster

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestANewDiskIsFilledUnderWrites damages a snapshot of a node, and puts an empty disk
// in the place of the one that is refused then. The log that the new one would need is
// long gone, it is killed over and over while it gets snapshots, and writes go on.
func TestANewDiskIsFilledUnderWrites(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	writers := scribes(t, c, 4, 20_000)
	measure(t, writers, 300)
	requireSnapshots(t, c.Node(1))
	node := c.Node(2)
	node.Kill()
	damageSnapshot(t, node)
	requireRefusal(t, node, "snapshot is corrupted", ".snap")
	stop := write(t, writers)
	vacate(t, c, node)
	for life := 50 * time.Millisecond; life < 500*time.Millisecond; life += 50 * time.Millisecond {
		node.Relaunch()
		<-time.After(life) // for nothing: the moments of kills are times
		node.Kill()
	}
	node.Restart()
	awaitCaughtUp(t, c, node)
	requireSnapshots(t, node)
	verify(t, c)
	stop()
	requireEqualReplicas(t, c)
	requireWithout(t, c, writers, c.Node(3))
}

// TestOneNodeGrowsToThreeUnderWrites begins with a node for itself, makes it the first
// of a cluster, and lets two more join, which get what is no longer in its log. When
// the first loses its disk it must not begin another cluster beside theirs: it was
// started with nobody to ask.
func TestOneNodeGrowsToThreeUnderWrites(t *testing.T) {
	c := Start(t, Config{Nodes: 3, Founders: 1, Args: smallFlags()})
	first := c.Node(1)
	writers := scribes(t, c, 4, 20_000)
	measure(t, writers, 300)
	requireSnapshots(t, first)
	first.Kill()
	first.WithArgs(first.args...)
	first.Restart()

	stop := write(t, writers)
	for id := 2; id <= 3; id++ {
		ctl(t, first, "cluster", "add", fmt.Sprintf("%d=%s", id, c.Network.Address(id)), "--no-wait")
		node := c.Join(t)
		node.AwaitReady()
		awaitCaughtUp(t, c, node)
		requireSnapshots(t, node)
	}
	verify(t, c)
	stop()
	requireEqualReplicas(t, c)
	for _, w := range writers {
		w.meet(c)
	}
	requireWithout(t, c, writers, first)
	empty(t, first)
	requireRefusal(t, first, "whether there is a cluster")
}

// write lets all write until stop is called.
func write(t *testing.T, writers []*scribe) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for _, w := range writers {
		all.Go(func() {
			for ctx.Err() == nil {
				w.write(t, 1)
			}
		})
	}
	t.Cleanup(cancel)
	return func() {
		cancel()
		all.Wait()
	}
}

// requireSnapshots wants a node to have a snapshot of some group: the log before it is
// gone, or has never been here.
func requireSnapshots(t *testing.T, node *Node) (paths []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(node.Dir(), "groups", "*", "*.snap"))
	if err != nil || len(found) == 0 {
		t.Fatalf("node %d has no snapshots (%v)", node.ID, err)
	}
	return found
}

// damageSnapshot changes one byte in the newest snapshot of a group.
func damageSnapshot(t *testing.T, node *Node) {
	t.Helper()
	paths := requireSnapshots(t, node)
	newest := paths[len(paths)-1] // their names are in the order of their age
	content, err := os.ReadFile(newest)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2]++
	if err := os.WriteFile(newest, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// verify has the operator's tool compare all replicas, which it does while writes go on.
func verify(t *testing.T, c *Cluster) {
	t.Helper()
	var urls []string
	for _, node := range c.Nodes() {
		urls = append(urls, node.AdminURL())
	}
	ctl(t, c.Node(1), "cluster", "verify", "--admin", strings.Join(urls, ","))
}

func requireEqualReplicas(t *testing.T, c *Cluster) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), untilAnswered)
	defer cancel()
	if err := c.CompareReplicas(ctx); err != nil {
		t.Error(err)
	}
}
