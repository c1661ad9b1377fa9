package cluster

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// TestANewMemberCountsWhenItHasTheColdObjects puts an empty disk in the place of one
// that has 60 MB of older bytes. While the newcomer lacks one of them it must not
// count: the only other copy could be the next to go.
func TestANewMemberCountsWhenItHasTheColdObjects(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	writers := scribes(t, c, 4, 100_000)
	measure(t, writers, 150)
	node, other := c.Node(3), c.Node(2)
	node.Kill()
	empty(t, node)
	ctl(t, c.Node(1), "cluster", "replace", fmt.Sprintf("3=%s", c.Network.Address(3)), "--no-wait")
	node.Relaunch()
	await(t, func(ctx context.Context) error { return isActive(ctx, c.Node(1), node) })
	here, there := objects(t, node), objects(t, c.Node(1))
	if len(there) < 10 || !slices.Equal(here, there) {
		t.Errorf("node 3 counts with %d of %d cold objects", len(here), len(there))
	}
	awaitCaughtUp(t, c, node)
	requireWithout(t, c, writers, other)
}

func isActive(ctx context.Context, asked, node *Node) error {
	status, err := asked.Status(ctx)
	if err != nil {
		return err
	}
	for _, m := range status.Members {
		if m.ID == strconv.Itoa(node.ID) && m.State == "active" {
			return nil
		}
	}
	return fmt.Errorf("node %d is not active: %+v", node.ID, status.Members)
}

// objects lists the cold objects that a node has a copy of.
func objects(t *testing.T, node *Node) (names []string) {
	t.Helper()
	dir := filepath.Join(node.Dir(), "cold")
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".seg" {
			names = append(names, entry.Name()+" in "+filepath.Base(filepath.Dir(path)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
