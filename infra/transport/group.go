package transport

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/raft"

	"ursula/infra/transport/wire"
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

// AppendEntries implements raft.Transport. It may send fewer entries than args
// has, or a lower commit index, and leaves in args what it sent: Raft goes on from
// there. What is no heartbeat waits for a peer that is away.
func (g *Group) AppendEntries(_ raft.ServerID, target raft.ServerAddress, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	if err := g.quits(); err != nil {
		return err
	}
	if wire.IsHeartbeat(args) {
		return g.beat(target, args, resp)
	}
	trim(args) // before it waits, which may be for long, and keeps what it has
	c, err := g.awaitConn(target, args.Term)
	if err != nil {
		return err
	}
	return g.t.ask(c, wire.Header{Kind: wire.AppendEntries, Group: g.id}, ordered, args, resp)
}

// RequestVote implements raft.Transport.
func (g *Group) RequestVote(_ raft.ServerID, target raft.ServerAddress, args *raft.RequestVoteRequest, resp *raft.RequestVoteResponse) error {
	g.term.Store(0)
	return g.ask(target, wire.Vote, urgent, args, resp)
}

// RequestPreVote implements raft.WithPreVote.
func (g *Group) RequestPreVote(_ raft.ServerID, target raft.ServerAddress, args *raft.RequestPreVoteRequest, resp *raft.RequestPreVoteResponse) error {
	g.term.Store(0)
	return g.ask(target, wire.PreVote, urgent, args, resp)
}

// TimeoutNow implements raft.Transport.
func (g *Group) TimeoutNow(_ raft.ServerID, target raft.ServerAddress, args *raft.TimeoutNowRequest, resp *raft.TimeoutNowResponse) error {
	return g.ask(target, wire.TimeoutNow, urgent, args, resp)
}

// InstallSnapshot implements raft.Transport.
func (g *Group) InstallSnapshot(_ raft.ServerID, target raft.ServerAddress, args *raft.InstallSnapshotRequest, resp *raft.InstallSnapshotResponse, data io.Reader) error {
	return g.t.sendSnapshot(string(target), g.id, args, resp, data)
}

// AppendEntriesPipeline implements raft.Transport.
func (g *Group) AppendEntriesPipeline(_ raft.ServerID, target raft.ServerAddress) (raft.AppendPipeline, error) {
	if err := g.quits(); err != nil {
		return nil, err
	}
	c, err := g.t.logConn(target)
	if err != nil {
		return nil, err
	}
	return newPipeline(g, c), nil
}

func (g *Group) ask(target raft.ServerAddress, k wire.Kind, l lane, args, resp any) error {
	c, err := g.t.logConn(target)
	if err != nil {
		return err
	}
	return g.t.ask(c, wire.Header{Kind: k, Group: g.id}, l, args, resp)
}

func (t *Transport) logConn(target raft.ServerAddress) (*conn, error) {
	p, err := t.peer(string(target))
	if err != nil {
		return nil, err
	}
	return p.log.get(context.Background(), nil) // an attempt to dial is bounded
}

// maxAppendBytes bounds the entries of one request, unless one alone is larger.
const maxAppendBytes = 1 << 20

// trim cuts a request down to the first entries that fit, and at least one. What it says
// of later entries than its last is left out: the follower is known to have the leader's
// entries up to there only, and Raft would have it take for committed whatever it has
// behind them.
func trim(args *raft.AppendEntriesRequest) {
	args.Entries = fitting(args.Entries)
	args.LeaderCommitIndex = min(args.LeaderCommitIndex, after(args).lastEntry)
}

// fitting returns the first entries that fit, and keeps none of the others.
func fitting(entries []*raft.Log) []*raft.Log {
	n := 0
	for i, entry := range entries {
		if n += len(entry.Data) + len(entry.Extensions); n > maxAppendBytes && i > 0 {
			return slices.Clone(entries[:i])
		}
	}
	return entries
}
