package cluster

import (
	"context"
	"fmt"
	"net"
	"sync"

	"ursula/integration/harness"
)

// Network is everything between the nodes of a cluster, which are numbered from 1.
// It is safe for concurrent use.
type Network struct {
	ctx     context.Context
	stop    context.CancelFunc
	proxies []*proxy
	links   map[[2]int]*link // from, to
	hosts   map[string]int   // a node's address without port

	mu    sync.Mutex
	flows map[*flow]bool
}

// NewNetwork makes a network to the nodes that will listen at the addresses given.
// Each must have a host of its own, from which the node also dials. Lags and losses
// follow from the seed. Close it.
func NewNetwork(seed uint64, addresses ...string) (*Network, error) {
	n := &Network{links: map[[2]int]*link{}, hosts: map[string]int{}, flows: map[*flow]bool{}}
	n.ctx, n.stop = context.WithCancel(context.Background())
	for i, address := range addresses {
		if err := n.add(i+1, address); err != nil {
			n.Close()
			return nil, err
		}
	}
	for from := range addresses {
		for to := range addresses {
			n.links[[2]int{from + 1, to + 1}] = newLink(seed, uint64(from*len(addresses)+to))
		}
	}
	for _, p := range n.proxies {
		go p.serve(p.listener)
	}
	return n, nil
}

func (n *Network) add(node int, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("node %d: %w", node, err)
	}
	own, release, err := harness.Reserve("127.0.0.1")
	if err != nil {
		return fmt.Errorf("proxy of node %d: %w", node, err)
	}
	p := &proxy{network: n, node: node, address: own, release: release, target: address}
	n.hosts[host] = node
	n.proxies = append(n.proxies, p)
	p.listener, err = net.Listen("tcp", own)
	return err
}

// Address is where others find the node.
func (n *Network) Address(node int) string { return n.proxies[node-1].address }

// Leave has connections to a node be refused: its process has ended. Those that it
// has are not touched.
func (n *Network) Leave(node int) { n.proxies[node-1].refuse() }

// Enter is the end of Leave.
func (n *Network) Enter(node int) error { return n.proxies[node-1].open() }

// Set changes the weather on the way from one node to another, on all connections
// whoever dialed them.
func (n *Network) Set(from, to int, w Weather) { n.link(from, to).set(w) }

// Cut stops everything between two nodes in both directions.
func (n *Network) Cut(a, b int) {
	n.Set(a, b, Weather{Blocked: true})
	n.Set(b, a, Weather{Blocked: true})
}

// Isolate cuts one node off from all others.
func (n *Network) Isolate(node int) {
	n.each(node, func(other int) { n.Cut(node, other) })
}

// Mute lets a node hear all others and reach none.
func (n *Network) Mute(node int) {
	n.each(node, func(other int) { n.Set(node, other, Weather{Blocked: true}) })
}

// Deafen lets a node reach all others and hear none.
func (n *Network) Deafen(node int) {
	n.each(node, func(other int) { n.Set(other, node, Weather{Blocked: true}) })
}

// Around sets the weather on every way from and to a node.
func (n *Network) Around(node int, w Weather) {
	n.each(node, func(other int) {
		n.Set(node, other, w)
		n.Set(other, node, w)
	})
}

func (n *Network) each(node int, do func(other int)) {
	for other := 1; other <= len(n.proxies); other++ {
		if other != node {
			do(other)
		}
	}
}

// Heal clears the weather everywhere. Connections stay, and deliver what they held.
func (n *Network) Heal() {
	for _, link := range n.links {
		link.set(Weather{})
	}
}

// Reset breaks all connections of a node with the others.
func (n *Network) Reset(node int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for flow := range n.flows {
		if flow.a == node || flow.b == node {
			flow.reset()
		}
	}
}

// Close ends all connections and listens no more.
func (n *Network) Close() {
	n.stop()
	for _, p := range n.proxies {
		p.refuse()
		p.release()
	}
}

func (n *Network) link(from, to int) *link { return n.links[[2]int{from, to}] }

func (n *Network) nodeOf(address net.Addr) (int, bool) {
	host, _, err := net.SplitHostPort(address.String())
	node, ok := n.hosts[host]
	return node, err == nil && ok
}

func (n *Network) enlist(f *flow) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.flows[f] = true
}

func (n *Network) drop(f *flow) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.flows, f)
}
