package cluster

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"ursula/integration/harness"
)

// Config says how to start a cluster. The zero value is three nodes with the
// product's defaults.
type Config struct {
	Nodes     int
	Founders  int      // of the nodes; the others are launched by Join; 0 means all
	Alone     bool     // one node, started without the flags of a cluster
	Args      []string // further flags of every node's "ursula serve"
	Seed      uint64   // of lags and losses
	DiskBytes int64    // size of each node's own disk; 0 leaves them on the shared one
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
		c.nodes = []*Node{launch(t, 1, config, nil)}
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

func (c *Cluster) launch(t testing.TB, config Config) {
	t.Helper()
	count := cmp.Or(config.Nodes, 3)
	for i := range count {
		c.addresses = append(c.addresses, clusterAddress(t, i+1))
	}
	network, err := NewNetwork(config.Seed, c.addresses...)
	if err != nil {
		t.Fatalf("cluster: %v", err)
	}
	t.Cleanup(network.Close)
	c.Network = network
	founders := make([]int, cmp.Or(config.Founders, count))
	for i := range founders {
		founders[i] = i + 1
	}
	for _, id := range founders {
		c.nodes = append(c.nodes, launch(t, id, config, c.flags(id, founders)))
	}
}

// Join launches the next node that is no founder, without waiting for it. It has
// somebody to ask, who must be told to let it in.
func (c *Cluster) Join(t testing.TB) *Node {
	t.Helper()
	id := len(c.nodes) + 1
	node := launch(t, id, c.config, c.flags(id, []int{1, id}))
	c.nodes = append(c.nodes, node)
	c.watch(t)
	return node
}

// flags makes a process a member. Peers are told the addresses of the network's
// proxies.
func (c *Cluster) flags(id int, peers []int) []string {
	list := make([]string, len(peers))
	for i, peer := range peers {
		list[i] = fmt.Sprintf("%d=%s", peer, c.Network.Address(peer))
	}
	return []string{
		"--node-id", fmt.Sprint(id), "--cluster-listen", c.addresses[id-1], "--peers", strings.Join(list, ","),
	}
}

func launch(t testing.TB, id int, config Config, flags []string) *Node {
	t.Helper()
	disk := t.TempDir()
	if config.DiskBytes > 0 {
		mountDisk(t, disk, config.DiskBytes)
	}
	args := append(flags, config.Args...)
	server := harness.Launch(t, harness.Config{Dir: filepath.Join(disk, "data"), Args: args})
	return &Node{Server: server, ID: id, disk: disk, args: args}
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

// Ports come from below the range from which the local ends of outgoing connections
// are drawn: a node dials from its own host, and may be restarted any time.
const (
	firstPort = 20000
	lastPort  = 30000
	portTries = 100
)

// clusterAddress gives each node a host of its own, by which the network knows it.
func clusterAddress(t testing.TB, node int) string {
	t.Helper()
	for range portTries {
		address := fmt.Sprintf("127.0.0.%d:%d", 10+node, firstPort+rand.IntN(lastPort-firstPort))
		if listener, err := net.Listen("tcp", address); err == nil {
			listener.Close()
			return address
		}
	}
	t.Fatalf("cluster: no free port on 127.0.0.%d; only Linux has these addresses by itself", 10+node)
	return ""
}
