package cluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ursula/integration/harness"
)

// TestALostJournalIsRefused deletes the journal of one node. A voter that forgot what
// it voted for must not vote again; an empty disk in its place may.
func TestALostJournalIsRefused(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	writers := scribes(t, c, 4, 1000)
	measure(t, writers, 20)
	node := c.Node(2)
	node.Kill()
	if err := os.RemoveAll(filepath.Join(node.Dir(), "journal")); err != nil {
		t.Fatal(err)
	}
	requireRefusal(t, node, "journal", "missing", "replace")
	measure(t, writers, 20)
	replace(t, c, node)
	requireWithout(t, c, writers, c.Node(1))
}

// TestAnEmptyDiskIsRefused starts a member on an empty directory, as if another disk
// had been mounted. It may only come back when an operator says so.
func TestAnEmptyDiskIsRefused(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	writers := scribes(t, c, 4, 1000)
	measure(t, writers, 20)
	node := c.Node(3)
	node.Kill()
	empty(t, node)
	requireRefusal(t, node, "disk", "replace 3=")
	measure(t, writers, 20)
	replace(t, c, node)
	requireWithout(t, c, writers, c.Node(2))
}

// TestTheDiskOfAnotherNodeIsRefused gives a node the directory of its neighbour.
func TestTheDiskOfAnotherNodeIsRefused(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	measure(t, scribes(t, c, 2, 1000), 5)
	thief, owner := c.Node(2), c.Node(3)
	thief.Kill()
	owner.Kill()
	empty(t, thief)
	if err := os.CopyFS(thief.Dir(), os.DirFS(owner.Dir())); err != nil {
		t.Fatal(err)
	}
	requireRefusal(t, thief, "belongs to node")
}

func empty(t *testing.T, node *Node) {
	t.Helper()
	if err := os.RemoveAll(node.Dir()); err != nil {
		t.Fatal(err)
	}
}

// requireRefusal wants the process to exit by itself, with a code that is not zero and
// a message that holds the words.
func requireRefusal(t *testing.T, node *Node, words ...string) {
	t.Helper()
	node.RelaunchRefused()
	ctx, cancel := context.WithTimeout(t.Context(), untilAnswered)
	defer cancel()
	if code := node.Wait(ctx); code <= 0 {
		t.Errorf("exit code %d, want one above 0", code)
	}
	output := strings.ToLower(node.LastOutput())
	for _, word := range words {
		if !strings.Contains(output, word) {
			t.Errorf("the refusal does not say %q:\n%s", word, output)
		}
	}
}

// replace puts an empty disk in the place of the node's, as an operator does it.
func replace(t *testing.T, c *Cluster, node *Node) {
	t.Helper()
	vacate(t, c, node)
	node.Restart()
	awaitCaughtUp(t, c, node)
}

// vacate gives a node that does not run an empty disk, and tells the others.
func vacate(t *testing.T, c *Cluster, node *Node) {
	t.Helper()
	empty(t, node)
	ctl(t, c.Node(1), "cluster", "replace", fmt.Sprintf("%d=%s", node.ID, c.Network.Address(node.ID)), "--no-wait")
}

// ctl runs "ursula ctl" against a node.
func ctl(t *testing.T, through *Node, args ...string) {
	t.Helper()
	if out, err := tryCtl(t, through, args...); err != nil {
		t.Fatalf("ursula ctl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func tryCtl(t *testing.T, through *Node, args ...string) (said string, err error) {
	t.Helper()
	args = append(append([]string{"ctl"}, args...), "--admin", through.AdminURL())
	out, err := exec.CommandContext(t.Context(), os.Getenv(harness.BinaryVar), args...).CombinedOutput()
	return string(out), err
}

// requireWithout takes a node away, so that the others need each other, and wants
// them to have everything and to take more.
func requireWithout(t *testing.T, c *Cluster, writers []*scribe, gone *Node) {
	t.Helper()
	gone.Kill()
	measure(t, writers, 5)
	for _, w := range writers {
		w.require(t, c)
	}
}
