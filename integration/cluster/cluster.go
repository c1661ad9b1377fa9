package cluster

import (
	"errors"
	"fmt"
	"testing"
)

// Config says how to start a cluster. The zero value is three nodes with the
// product's defaults.
type Config struct {
	Nodes     int
	Founders  int                     // of the nodes; the others are launched by Join; 0 means all; 1 begins without flags of a cluster
	Alone     bool                    // one node, started without the flags of a cluster
	Args      []string                // further flags of every node's "ursula serve"
	Own       func(node int) []string // and of each by itself; nil for none
	Seed      uint64                  // of lags and losses
	DiskBytes int64                   // size of each node's own disk; 0 leaves them on the shared one
}

// Cluster is some nodes and the network between them. Its methods are for the test's
// goroutine, except those that are only about addresses.
type Cluster struct {
	Network *Network // nil when the only node is started without cluster flags
	nodes   []*Node

	config    Config
	addresses []string // at which the nodes listen for each other
}

// Start launches all nodes and returns when all are ready.
func Start(t testing.TB, config Config) *Cluster {
	t.Helper()
	c := Launch(t, config)
	c.AwaitReady()
	return c
}

// Launch starts all nodes without waiting for them.
func Launch(t testing.TB, config Config) *Cluster {
	t.Helper()
	c := &Cluster{config: config}
	if config.Alone {
		c.nodes = []*Node{c.start(t, 1, nil)}
	} else {
		c.launch(t, config)
	}
	c.watch(t)
	return c
}

// watch has the end of the test look for nodes that have died, before it ends those
// that were launched so far.
func (c *Cluster) watch(t testing.TB) {
	t.Cleanup(func() {
		if err := c.Died(); err != nil {
			t.Error(err)
		}
		for _, node := range c.nodes {
			node.ended = true
		}
	})
}

// Nodes are the nodes in the order of their numbers, the first being 1.
func (c *Cluster) Nodes() []*Node { return c.nodes }

// Node is the node with that number, from 1.
func (c *Cluster) Node(id int) *Node { return c.nodes[id-1] }

// URLs are the nodes' public addresses.
func (c *Cluster) URLs() []string {
	urls := make([]string, len(c.nodes))
	for i, node := range c.nodes {
		urls[i] = node.URL()
	}
	return urls
}

// AwaitReady returns when every node is ready.
func (c *Cluster) AwaitReady() {
	for _, node := range c.nodes {
		node.AwaitReady()
	}
}

// ErrDied means that a process ended without anybody having ended it.
var ErrDied = errors.New("a node died by itself")

// Died names a node that has ended by itself. One that could not begin on a full disk
// has a reason.
func (c *Cluster) Died() error {
	for _, node := range c.nodes {
		if !node.ended && !node.Alive() && !node.gaveUp() {
			return fmt.Errorf("%w: node %d", ErrDied, node.ID)
		}
	}
	return nil
}

// Recover undoes all faults: the network heals, paused nodes go on, disks have room,
// dead nodes are started again. It returns when all nodes are ready.
func (c *Cluster) Recover() {
	if c.Network != nil {
		c.Network.Heal()
	}
	for _, node := range c.nodes {
		node.recover()
	}
	c.AwaitReady()
}
