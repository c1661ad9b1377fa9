package node

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"ursula/core/forward"
	"ursula/core/group/memgroup"
	"ursula/core/group/raftgroup"
	"ursula/core/snapshot"
	"ursula/core/trace"
)

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
		if n.options.between != nil {
			g.engine = n.options.between(g.engine)
		}
		n.flusher.Add(coldGroup{g})
		if g.log != nil {
			n.compactors[n.table.Shard(g.id)].Add(logGroup{g})
		}
	}
	n.opened.Store(true)
	return nil
}

// closeGroups closes all groups together: each waits for heartbeats under way.
func (n *Node) closeGroups() error {
	errs := make([]error, len(n.groups))
	var all sync.WaitGroup
	for i, g := range n.groups {
		all.Go(func() { errs[i] = g.engine.Close() })
	}
	all.Wait()
	return errors.Join(errs...)
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
		BatchBytes: int(o.SegmentBytes / 4), TrailingLogs: 1, Clock: g.node.now, Observer: g, Logger: o.Logger, OnFatal: o.OnFatal,
		Tracer: o.Tracer, Succeeded: func() { g.node.successors.of(g.id) },
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
