// Package rafttest is a network in memory for tests of replicated groups.
//
// It owns the links between nodes: how long a message takes, which links lose
// everything, in one direction or in both, and which nodes are gone. Raft
// messages and the calls between nodes share the links, so that a partition cuts
// both. All waiting is by the clock, hence in virtual time under
// testing/synctest. It knows no engines and no nodes.
package rafttest

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// Why a message was not carried.
var (
	// ErrLost says that nobody knows what became of a message.
	ErrLost = errors.New("message is lost")
	// ErrRefused says that there is no process at the other end.
	ErrRefused = errors.New("connection is refused")
)

// patience is how long a sender waits for a link that loses everything.
const patience = 500 * time.Millisecond

// Network is the links among the nodes of one test. All methods may be called
// concurrently.
type Network struct {
	mu      sync.Mutex
	rng     *rand.Rand
	slowest time.Duration
	lost    func(from, to string) bool // nil while all links work
	bulk    func(from, to string, content io.Reader) io.Reader
	ends    map[end]*Transport
}

// end is a group on a node.
type end struct {
	node  string
	group uint32
}

// New returns a network without delays and faults. The seed is that of its
// delays.
func New(seed uint64) *Network {
	return &Network{rng: rand.New(rand.NewPCG(seed, 0)), ends: make(map[end]*Transport)}
}

// Delay makes each message take up to slowest.
func (n *Network) Delay(slowest time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.slowest = slowest
}

// Cut has the links lose everything for which lost says so, and only those. It
// is asked under a lock, for each direction on its own.
func (n *Network) Cut(lost func(from, to string) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lost = lost
}

// Bulk has snapshots pass through change on their way; nil leaves them as they are. The
// receiver reads the result while it installs.
func (n *Network) Bulk(change func(from, to string, content io.Reader) io.Reader) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.bulk = change
}

func (n *Network) passed(from, to string, content io.Reader) io.Reader {
	n.mu.Lock()
	change := n.bulk
	n.mu.Unlock()
	if change == nil {
		return content
	}
	return change(from, to, content)
}

// Isolate cuts the links between these nodes and all others, in both directions.
func (n *Network) Isolate(nodes ...string) {
	inside := make(map[string]bool, len(nodes))
	for _, id := range nodes {
		inside[id] = true
	}
	n.Cut(func(from, to string) bool { return inside[from] != inside[to] })
}

// Heal makes all links work.
func (n *Network) Heal() { n.Cut(nil) }

// Carry takes as long as a message from one node to another does. It returns
// ErrLost, after a while, when the link loses it, and ctx's cause when that ends
// first.
func (n *Network) Carry(ctx context.Context, from, to string) error {
	takes, lost := n.draw(from, to)
	if lost {
		takes = patience
	}
	if err := wait(ctx, takes); err != nil {
		return err
	}
	if lost {
		return ErrLost
	}
	return nil
}

func (n *Network) draw(from, to string) (takes time.Duration, lost bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.slowest > 0 {
		takes = time.Duration(n.rng.Int64N(int64(n.slowest)))
	}
	return takes, n.lost != nil && n.lost(from, to)
}

func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
