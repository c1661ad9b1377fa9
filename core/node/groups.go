package node

import (
	"context"
	"fmt"
	"path"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"ursula/core/forward"
	"ursula/core/group"
	"ursula/core/group/memgroup"
	"ursula/core/group/raftgroup"
	"ursula/core/segment"
	"ursula/core/snapshot"
	"ursula/core/stream"
	"ursula/core/trace"
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

	settles atomic.Bool // a look at forks in the making is planned

	objects objectNumbers
}

var _ group.Observer = (*member)(nil)

// Applied implements group.Observer.
func (g *member) Applied(events []stream.Event, memory int64) {
	if memory != 0 {
		g.node.budget.Add(memory)
	}
	if memory < 0 {
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

// Led implements group.Observer.
func (g *member) Led(leads bool) {
	g.leads.Store(leads)
	g.node.flusher.Kick()
	g.node.settler.wake(g)
	g.node.expiry.wake()
	g.node.options.Led()
}

// openAtOnce bounds the groups that are opened at the same time. What they write
// at first shares the journal's syncs.
const openAtOnce = 64

func (n *Node) openGroups() error {
	groups := make([]*member, n.id.Groups)
	var all errgroup.Group
	all.SetLimit(openAtOnce)
	for id := range groups {
		g := &member{id: uint32(id), node: n, load: &n.loads[n.table.Shard(uint32(id))]}
		groups[id] = g
		all.Go(g.open)
	}
	err := all.Wait()
	n.groups = slices.DeleteFunc(groups, func(g *member) bool { return g.engine == nil })
	if err != nil {
		return err
	}
	for _, g := range n.groups {
		n.flusher.Add(coldGroup{g})
		if g.log != nil {
			n.compactors[n.table.Shard(g.id)].Add(logGroup{g})
		}
	}
	n.opened.Store(true)
	return nil
}

func (g *member) open() error {
	o := &g.node.options
	if o.Engine == Memory {
		engine := memgroup.New(g)
		engine.Trace(o.Tracer, trace.Attribute{Key: "ursula.group", Number: int64(g.id)})
		g.engine = engine
		return nil
	}
	options := raftgroup.Options{
		Group: g.id, NodeID: g.node.id.NodeID, Bootstrap: g.node.id.Founders,
		// An entry is one record of the journal and must fit into a segment.
		BatchBytes: int(o.SegmentBytes / 4), TrailingLogs: 1, Observer: g, Logger: o.Logger, OnFatal: o.OnFatal,
		Tracer: o.Tracer,
	}
	if o.Engine == RaftWAL {
		if err := g.openLog(&options); err != nil {
			return err
		}
	}
	g.joinCluster(&options)
	local, err := raftgroup.Open(options)
	if err != nil {
		return err
	}
	g.engine, g.local = local, local
	if c := g.node.options.Cluster; c != nil {
		engine := forward.New(g.id, g.node.id.NodeID, local, c.Calls, g.node.questions, g.node.now)
		engine.Trace(o.Tracer)
		g.engine = engine
	}
	return nil
}

// openLog gives the engine its log and snapshots on disk.
func (g *member) openLog(options *raftgroup.Options) error {
	dir := path.Join(g.node.options.Dir, groupsDir, fmt.Sprintf("%05d", g.id))
	snapshots, err := snapshot.Open(g.node.options.FS, dir)
	if err != nil {
		return fmt.Errorf("group %d: %w", g.id, err)
	}
	g.log = g.node.logs.Log(g.id)
	options.Logs, options.Stable, options.Reserve, options.Pace = g.log, g.log, g.reserve, g.log.AwaitSync
	options.Snapshots = raftgroup.NewSnapshots(snapshots)
	return nil
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
