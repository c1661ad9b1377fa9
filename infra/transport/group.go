package transport

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/raft"
)

// maxInflight is how many requests of a pipeline wait for answers at once.
// A group's queue has room for two pipelines: a new leader's, while an old one's
// requests are still there.
const (
	maxInflight = 32
	groupQueue  = 2 * maxInflight
)

var errNoGroup = errors.New("the node does not have the group")

// Group is the transport of one Raft group. A server's address is its node id.
type Group struct {
	t        *Transport
	id       uint32
	self     raft.ServerAddress
	consumer chan raft.RPC
	owed     chan debt     // answers that Raft's main loop owes, in the order of consumer
	done     chan struct{} // closed by Close
	settled  chan struct{} // closed when nothing is owed any more

	heartbeat atomic.Pointer[func(raft.RPC)]
	term      atomic.Uint64 // in which the main loop last followed; 0 while it may stand

	mu     sync.Mutex // serializes those who put into owed and consumer
	closed bool

	absence absence // of peers, that requests for entries wait out

	leading   sync.Mutex
	pipelines []*pipeline // that have not ended
}

var (
	_ raft.Transport   = (*Group)(nil)
	_ raft.WithPreVote = (*Group)(nil)
	_ raft.WithClose   = (*Group)(nil)
)

// Group returns the transport of the group with this id: the same one until that
// is closed. Requests for a group that nobody asked for are refused.
func (t *Transport) Group(id uint32) *Group {
	t.mu.Lock()
	defer t.mu.Unlock()
	if g := t.groups[id]; g != nil {
		return g
	}
	g := &Group{
		t: t, id: id, self: raft.ServerAddress(t.options.Identity().Node),
		consumer: make(chan raft.RPC, groupQueue), owed: make(chan debt, groupQueue),
		done: make(chan struct{}), settled: make(chan struct{}),
	}
	if t.closed {
		g.closed = true
		close(g.done)
		close(g.settled)
		return g
	}
	t.groups[id] = g
	t.done.Go(g.settle)
	return g
}

func (t *Transport) lookup(id uint32) *Group {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.groups[id]
}

// Close implements raft.WithClose. Requests that Raft has not answered are
// refused.
func (g *Group) Close() error {
	g.mu.Lock()
	already := g.closed
	g.closed = true
	g.mu.Unlock()
	if !already {
		g.forget()
		close(g.done)
	}
	<-g.settled
	return nil
}

func (g *Group) forget() {
	g.t.mu.Lock()
	defer g.t.mu.Unlock()
	if g.t.groups[g.id] == g {
		delete(g.t.groups, g.id)
	}
}

// Consumer implements raft.Transport.
func (g *Group) Consumer() <-chan raft.RPC { return g.consumer }

// Inject gives Raft a request of this node's own making. It does not wait, and
// returns false when there is no room.
func (g *Group) Inject(rpc raft.RPC) bool {
	select {
	case g.consumer <- rpc:
		return true
	default:
		return false
	}
}

// LocalAddr implements raft.Transport.
func (g *Group) LocalAddr() raft.ServerAddress { return g.self }

// EncodePeer implements raft.Transport.
func (g *Group) EncodePeer(_ raft.ServerID, address raft.ServerAddress) []byte {
	return []byte(address)
}

// DecodePeer implements raft.Transport.
func (g *Group) DecodePeer(b []byte) raft.ServerAddress { return raft.ServerAddress(b) }

// SetHeartbeatHandler implements raft.Transport.
func (g *Group) SetHeartbeatHandler(handle func(raft.RPC)) { g.heartbeat.Store(&handle) }
