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
	c := &Cluster{}
	if config.Alone {
		c.nodes = []*Node{launch(t, 1, config, nil)}
	} else {
		c.launch(t, config)
	}
	t.Cleanup(func() { // before the one that ends the processes
		if err := c.Died(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func (c *Cluster) launch(t testing.TB, config Config) {
	t.Helper()
	count := cmp.Or(config.Nodes, 3)
	addresses := make([]string, count)
	for i := range addresses {
		addresses[i] = clusterAddress(t, i+1)
	}
	network, err := NewNetwork(config.Seed, addresses...)
	if err != nil {
		t.Fatalf("cluster: %v", err)
	}
	t.Cleanup(network.Close)
	c.Network = network
	for i, address := range addresses {
		c.nodes = append(c.nodes, launch(t, i+1, config, c.flags(i+1, address, count)))
	}
}

// flags makes a process a member. Peers are told the addresses of the network's
// proxies.
func (c *Cluster) flags(id int, address string, count int) []string {
	peers := make([]string, count)
	for i := range peers {
		peers[i] = fmt.Sprintf("%d=%s", i+1, c.Network.Address(i+1))
	}
	return []string{"--node-id", fmt.Sprint(id), "--cluster-listen", address, "--peers", strings.Join(peers, ",")}
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
