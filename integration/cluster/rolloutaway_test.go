package cluster

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// TestARolloutTouchesNobodyWhileANodeIsAway begins a rollout, and goes on with one that
// has drained a node, while another node is dead. The command gives up both times and
// says why, and no process is ended.
func TestARolloutTouchesNobodyWhileANodeIsAway(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	o, before, dead := newOperator(t, c), c.Node(1).Pid(), c.Node(3)
	o.plan(3)
	kill(t, c, dead)
	o.requireStuck("run", "step 1 of 18, verify node 1: node 3 does not answer")
	dead.Restart()
	o.interrupt("resume", func(ctx context.Context) error { return drains(ctx, c.Node(1)) })
	kill(t, c, dead)
	await(t, func(ctx context.Context) error { return leadsNothing(ctx, c.Node(1)) })
	o.requireStuck("resume", "step 3 of 18, stop node 1: node 3 does not answer")
	if node := c.Node(1); !node.Alive() || node.Pid() != before {
		t.Error("node 1 was stopped")
	}
}

// kill ends a node and returns when the others have noticed.
func kill(t *testing.T, c *Cluster, dead *Node) {
	t.Helper()
	dead.Kill()
	for _, node := range c.Nodes() {
		if node != dead {
			await(t, func(ctx context.Context) error { return misses(ctx, node, dead) })
		}
	}
}

func misses(ctx context.Context, node, dead *Node) error {
	status, err := node.Status(ctx)
	for _, m := range status.Members {
		if m.ID == strconv.Itoa(dead.ID) && m.Reachable {
			return fmt.Errorf("node %d has not noticed that node %d is dead", node.ID, dead.ID)
		}
	}
	return err
}

func leadsNothing(ctx context.Context, node *Node) error {
	status, err := node.Status(ctx)
	for _, m := range status.Members {
		if m.ID == strconv.Itoa(node.ID) && m.Leads > 0 {
			return fmt.Errorf("node %d leads %d groups", node.ID, m.Leads)
		}
	}
	return err
}

// requireStuck wants a command to give up before a step, soon after it came to it.
func (o *operator) requireStuck(verb, step string) {
	o.t.Helper()
	cmd, output := o.command(verb, "--patience", "2s")
	if err := cmd.Run(); err == nil || !strings.Contains(output.String(), "rollout stopped before "+step) {
		o.t.Fatalf("ursula ctl rollout %s is to stop before %s: %v\n%s", verb, step, err, output)
	}
}
