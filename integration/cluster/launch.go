package cluster

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"ursula/integration/harness"
)

func (c *Cluster) launch(t testing.TB, config Config) {
	t.Helper()
	count := cmp.Or(config.Nodes, 3)
	for i := range count { // each has a host of its own, by which the network knows it
		c.addresses = append(c.addresses, harness.Address(t, fmt.Sprintf("127.0.0.%d", 11+i)))
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
		c.nodes = append(c.nodes, c.start(t, id, c.flags(id, founders)))
	}
}

// Join launches the next node that is no founder, without waiting for it. It has
// somebody to ask, who must be told to let it in.
func (c *Cluster) Join(t testing.TB) *Node {
	t.Helper()
	id := len(c.nodes) + 1
	node := c.start(t, id, c.flags(id, []int{1, id}))
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

func (c *Cluster) start(t testing.TB, id int, flags []string) *Node {
	t.Helper()
	config, disk := &c.config, t.TempDir()
	if config.DiskBytes > 0 {
		mountDisk(t, disk, config.DiskBytes)
	}
	if config.Own != nil {
		flags = append(flags, config.Own(id)...)
	}
	args, first := append(flags, config.Args...), config.Args
	if config.Founders != 1 || id != 1 {
		first = args
	}
	server := harness.Launch(t, harness.Config{Dir: filepath.Join(disk, "data"), Args: first})
	return &Node{Server: server, ID: id, t: t, network: c.Network, disk: disk, args: args}
}
