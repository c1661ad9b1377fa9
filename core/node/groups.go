package node

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"ursula/core/group"
	"ursula/core/group/raftgroup"
	"ursula/core/segment"
	"ursula/core/stream"
	"ursula/core/wal"
)

// member is one group as this node has it.
type member struct {
	id     uint32
	node   *Node
	engine group.Engine      // answers wherever the group is led
	local  *raftgroup.Engine // this node's own; nil without replication
	log    *wal.Log          // nil without a durable log
	load   *load             // of the group's shard
	leads  atomic.Bool

	settles  atomic.Bool // a look at forks in the making is planned
	renewals renewals

	objects objectNumbers
	named   atomic.Uint64 // greatest object number that the cluster was told of
}

var _ group.Observer = (*member)(nil)

// Applied implements group.Observer.
func (g *member) Applied(events []stream.Event, memory int64) {
	if memory != 0 {
		g.node.budget.Add(memory)
	}
	if g.namesMore() || memory < 0 {
		g.flushed() // a follower drops what lies in the cold store now
	}
	if g.id == membersGroup {
		g.node.kickMembers()
	}
	g.committed()
	g.node.settler.applied(g)
	if len(events) == 0 {
		return
	}
	if slices.ContainsFunc(events, func(e stream.Event) bool { return e.Gone }) {
		g.node.released(g)
	}
	g.node.options.Publish(events)
	g.tell(events)
}

// tell brings the events to those who wait on other nodes, if this one leads.
func (g *member) tell(events []stream.Event) {
	if c := g.node.options.Cluster; c != nil && g.leads.Load() && g.node.opened.Load() {
		c.Tails(g.id, g.local.Term(), events)
	}
}

func (g *member) flushed() {
	if c := g.node.options.Cluster; c != nil {
		c.Flushed(segment.Prefix(g.id))
	}
}

// namesMore reports that the state has come to name an object. Memory does not tell:
// what a flush gives back may be taken again by the same entry.
func (g *member) namesMore() bool {
	if g.node.options.Cluster == nil || !g.node.opened.Load() { // until then there may be no engine to ask
		return false
	}
	var last uint64
	g.engine.Replica().View(func(m *stream.Machine) { last = m.LastObject() })
	return g.named.Swap(last) != last
}

func (n *Node) kickMembers() {
	select {
	case n.membersKick <- struct{}{}:
	default:
	}
}

// committed tells the followers, if this node leads.
func (g *member) committed() {
	if n := g.node.notices; n != nil && g.leads.Load() {
		n.Committed(g.id)
	}
}

// Restored implements group.Observer.
func (g *member) Restored(memory int64) {
	g.node.budget.Add(memory)
	g.node.flusher.Kick()
	g.node.kickMembers()
	g.flushed()
	g.node.options.Restored()
}

// Led implements group.Observer. What the leader before has committed its followers may
// not have heard of, and this node has applied some of it before it led: it tells them, as
// it does of its own.
func (g *member) Led(leads bool) {
	g.leads.Store(leads)
	g.committed()
	g.node.flusher.Kick()
	g.node.settler.wake(g)
	g.node.expiry.wake()
	g.node.options.Led()
}

// propose proposes a command wherever the group is led.
func (g *member) propose(ctx context.Context, c *stream.Command) (stream.Result, error) {
	ctx, cancel := g.patient(ctx)
	defer cancel()
	return g.proposeTo(ctx, g.engine, c)
}

// proposeTo stamps the clock into a command and proposes it. The leader of
// another node stamps its own.
func (g *member) proposeTo(ctx context.Context, e group.Engine, c *stream.Command) (stream.Result, error) {
	size := int64(len(c.Data) + entryOverhead)
	g.load.bytes.Add(size)
	defer g.load.bytes.Add(-size)
	c.Now = g.node.now()
	return e.Propose(ctx, c)
}

// now is the group's time: the leader's, as far as this node knows it.
func (g *member) now() int64 {
	if e, ok := g.engine.(interface{ Clock() int64 }); ok {
		return e.Clock()
	}
	return g.node.now()
}

// patience is how long a request waits for a group that has no leader.
const patience = 10 * time.Second

// patient bounds the wait for an election; while this node leads there is
// nothing to bound, and nothing to pay. A member's engine bounds its own waits.
func (g *member) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if g.node.options.Cluster != nil || g.engine.Leads() {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, patience)
}
