package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

// TestANewMemberCountsWhenItHasTheColdObjects puts an empty disk in the place of one,
// while an object cannot be had from the others for some time. The newcomer must not
// count before it has that: the only other copy could be the next to go.
func TestANewMemberCountsWhenItHasTheColdObjects(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	writers := scribes(t, c, 4, 20_000)
	measure(t, writers, 150) // 12 MB, with hot bytes of 4 MiB
	node, others := c.Node(3), []*Node{c.Node(1), c.Node(2)}
	await(t, func(context.Context) error { return sameObjects(t, c.Nodes()...) })
	node.Kill()
	hidden := objects(t, others[0])[0]
	for _, other := range others {
		hide(t, filepath.Join(other.Dir(), hidden))
	}
	empty(t, node)
	ctl(t, others[0], "cluster", "replace", fmt.Sprintf("3=%s", c.Network.Address(3)), "--no-wait")
	node.Relaunch()
	await(t, func(ctx context.Context) error { return lacksOne(ctx, others[0], node) })
	tick := time.NewTicker(again)
	defer tick.Stop()
	for range 150 {
		requireUncounted(t, others[0], node)
		<-tick.C
	}
	for _, other := range others {
		show(t, filepath.Join(other.Dir(), hidden))
	}
	awaitCaughtUp(t, c, node)
	if err := sameObjects(t, c.Nodes()...); err != nil {
		t.Error(err)
	}
	requireWithout(t, c, writers, others[1])
}

var errCounts = errors.New("not a learner that has all but one object")

// lacksOne wants a member to have every log and all objects but one, and not to be
// counted where that is needed.
func lacksOne(ctx context.Context, asked, node *Node) error {
	status, err := asked.Status(ctx)
	if err != nil {
		return err
	}
	for _, m := range status.Members {
		if m.ID == strconv.Itoa(node.ID) && m.State == "joining" && m.Cold.Missing == 1 &&
			m.CaughtUp == len(status.Groups) && m.Votes < len(status.Groups) {
			return nil
		}
	}
	return fmt.Errorf("%w: node %d of %+v", errCounts, node.ID, status.Members)
}

// requireUncounted wants a member not to be counted where all objects are needed. How far
// it is may be unknown at a moment: a member that does not answer in time is not waited for.
func requireUncounted(t *testing.T, asked, node *Node) {
	t.Helper()
	status, err := asked.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range status.Members {
		if m.ID == strconv.Itoa(node.ID) && (m.State != "joining" || m.Votes == len(status.Groups)) {
			t.Fatalf("%v: node %d of %+v", errCounts, node.ID, status.Members)
		}
	}
}

// hide makes an object one that cannot be read, and of which nobody knows whether it
// is lost; show takes that back.
func hide(t *testing.T, path string) {
	t.Helper()
	if err := errors.Join(os.Rename(path, path+".hidden"), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
}

func show(t *testing.T, path string) {
	t.Helper()
	if err := errors.Join(os.Remove(path), os.Rename(path+".hidden", path)); err != nil {
		t.Fatal(err)
	}
}

// sameObjects wants all nodes to have copies of the same objects, and some at all.
func sameObjects(t *testing.T, nodes ...*Node) error {
	t.Helper()
	first := objects(t, nodes[0])
	for _, node := range nodes {
		if got := objects(t, node); len(got) < 3 || !slices.Equal(got, first) {
			return fmt.Errorf("node %d has %d cold objects, node %d %d", node.ID, len(got), nodes[0].ID, len(first))
		}
	}
	return nil
}

// objects lists the cold objects that a node has a copy of, by their paths in its
// directory.
func objects(t *testing.T, node *Node) (names []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(node.Dir()), "cold", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".seg" {
			names = append(names, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a file was put or removed meanwhile
		t.Fatal(err)
	}
	return names
}
