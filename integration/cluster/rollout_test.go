package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"ursula/integration/harness"
)

var errNotYet = errors.New("it is not time yet")

// TestARollingUpgradeUnderLoad gives every node another binary while clients write and
// read through all of them. A supervisor starts what has ended.
func TestARollingUpgradeUnderLoad(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	upgrade, before := copyBinary(t), pids(c)
	for _, node := range c.Nodes() {
		node.WithBinary(upgrade)
	}
	s, load, o := supervise(t, c, nil), drive(t, c, 4), newOperator(t, c)
	o.plan(3)
	o.rollout(carry("run")...)
	o.requireDone(3)
	load.end(t)
	s.dismiss()
	requireNewProcesses(t, c, s, before)
	for _, node := range c.Nodes() {
		if path, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", node.Pid())); err != nil || path != upgrade {
			t.Errorf("node %d runs %s (%v), not %s", node.ID, path, err, upgrade)
		}
	}
	requireEqualReplicas(t, c)
}

// TestARolloutIsKilledAndResumedUnderLoad kills the command while it drains a node,
// when the next process of a node runs by itself that it has stopped, and while its own
// command starts a node.
func TestARolloutIsKilledAndResumedUnderLoad(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	before := pids(c)
	s, command := commanded(t, c, 1, 3)
	load, o := drive(t, c, 4), newOperator(t, c)
	o.plan(3, "--start", command)
	o.interrupt("run", func(ctx context.Context) error { return drains(ctx, c.Node(1)) })
	o.interrupt("resume", func(ctx context.Context) error { return s.started(ctx, c.Node(2)) })
	o.interrupt("resume", func(context.Context) error { return s.asked(3) })
	o.rollout(carry("resume")...)
	o.requireDone(3)
	load.end(t)
	s.dismiss()
	requireNewProcesses(t, c, s, before)
	requireEqualReplicas(t, c)
}

// requireNewProcesses wants each node to have been started once more, after it ended
// in order, and none to be drained any more.
func requireNewProcesses(t *testing.T, c *Cluster, s *supervisor, before map[int]int) {
	t.Helper()
	for _, fault := range s.faults {
		t.Error(fault)
	}
	for _, node := range c.Nodes() {
		if pid := node.Pid(); !node.Alive() || pid == before[node.ID] || s.count(node) != 1 {
			t.Errorf("node %d was process %d, is %d (alive %v) and was started %d times",
				node.ID, before[node.ID], pid, node.Alive(), s.count(node))
		}
	}
	status, err := c.Node(1).Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range c.Nodes() {
		if state := status.state(node); state != "active" {
			t.Errorf("node %d is %s", node.ID, state)
		}
	}
}

func pids(c *Cluster) map[int]int {
	all := map[int]int{}
	for _, node := range c.Nodes() {
		all[node.ID] = node.Pid()
	}
	return all
}

// copyBinary puts the program under test under another path.
func copyBinary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ursula-next")
	from, err := os.Open(os.Getenv(harness.BinaryVar))
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o700)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// drains is nil once the cluster drains the node.
func drains(ctx context.Context, node *Node) error {
	status, err := node.Status(ctx)
	if status.state(node) != "draining" {
		return errors.Join(errNotYet, err)
	}
	return nil
}

// started is nil once the node's next process answers.
func (s *supervisor) started(ctx context.Context, node *Node) error {
	if s.count(node) == 0 {
		return errNotYet
	}
	_, err := node.Status(ctx)
	return err
}

// asked is nil once a command has asked for the node.
func (s *supervisor) asked(node int) error {
	for {
		select {
		case id := <-s.heard:
			if id == node {
				return nil
			}
		default:
			return errNotYet
		}
	}
}
