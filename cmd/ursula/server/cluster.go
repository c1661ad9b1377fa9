package server

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"ursula/cmd/ursula/config"
	"ursula/control/member"
	"ursula/control/place/keeper"
	"ursula/core/forward"
	"ursula/core/group/raftgroup"
	"ursula/core/node"
	"ursula/core/subscription"
	"ursula/core/trace"
	"ursula/core/vfs"
	"ursula/infra/natsd"
	"ursula/infra/transport"
)

// cluster is what a member of a cluster has beside a node for itself: links to
// the others, what it knows of them, and the keeper of its groups.
type cluster struct {
	config config.Cluster
	log    *slog.Logger
	tracer trace.Tracer // nil: nothing is followed

	directory  *node.Directory
	membership *membership
	links      *transport.Transport
	hello      func() member.Hello

	objects objects
	bus     atomic.Pointer[natsd.Node] // nil until there is one
	node    *node.Node
	server  atomic.Pointer[forward.Server] // nil until the node is open
	keeper  atomic.Pointer[keeper.Keeper]  // the same

	subscriptions atomic.Pointer[subscription.Manager] // the same

	stop    context.CancelFunc
	running sync.WaitGroup
}

// openCluster makes this node part of its cluster: the one that it was part of,
// one that its peers have, or one that it founds with them. It takes as long as
// its peers need to answer.
func openCluster(ctx context.Context, c *config.Config, log *slog.Logger, tracer trace.Tracer) (k *cluster, err error) {
	k = &cluster{config: c.Cluster, log: log, tracer: tracer}
	k.directory, err = node.Claim(node.DirectoryOptions{
		FS: vfs.OS{}, Dir: c.Data, NodeID: c.Cluster.NodeID, Engine: node.Engine(c.Engine), Groups: c.Groups,
	})
	if err != nil {
		return nil, err
	}
	if err := k.form(ctx, c.Groups); err != nil {
		return nil, errors.Join(err, k.close(), k.directory.Close())
	}
	return k, nil
}

// nodeOptions completes the options of the member's node.
func (c *cluster) nodeOptions(o *node.Options) {
	o.Directory = c.directory
	o.Cluster = &node.Cluster{
		Transport: func(group uint32) raftgroup.Transport { return c.links.Group(group) },
		Calls:     calls{c.links},
		Peers:     c.peerIDs,
		Objects:   c.shareObjects,
		Flushed:   c.flushed,
		Tails:     c.tails,
	}
}

// peerIDs names the other members.
func (c *cluster) peerIDs() (ids []string) {
	for _, p := range c.links.Peers() {
		ids = append(ids, p.ID)
	}
	return ids
}

// reportPerGroup bounds what it costs that members report all their groups to
// each other: some 1 % of a core with any number of them.
const reportPerGroup = 5 * time.Millisecond

// attach begins to answer for the node, and to keep its groups.
func (c *cluster) attach(n *node.Node) {
	c.node = n
	k := keeper.New(keeper.Options{
		Self: c.config.NodeID, Roster: rosterPort{c}, Groups: groupsPort{n}, Peers: reportsPort{calls{c.links}},
		First: c.first(), Unfit: n.Unfit, Cold: c.cold, Log: c.log,
		Interval: max(time.Second, time.Duration(n.Groups())*reportPerGroup), Outage: outage(n.Groups()),
	})
	c.keeper.Store(k)
	c.mirrorObjects(n)
	answering := forward.NewServer(n)
	answering.Trace(c.tracer)
	c.server.Store(answering)
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	c.running.Go(func() { k.Run(ctx) })
	c.running.Go(func() { c.followRoster(ctx) })
	c.running.Go(func() { c.objects.mirror.Load().Run(ctx) })
	c.running.Go(func() { c.watchLinks().run(ctx) })
	c.running.Go(func() { n.Elect(ctx) })
}

// close ends what attach began; the node is closed by whoever opened it, and
// before the links.
func (c *cluster) close() error {
	if c.stop != nil {
		c.stop()
		c.running.Wait()
	}
	if bus := c.bus.Swap(nil); bus != nil {
		bus.Close()
	}
	return c.objects.close()
}

func (c *cluster) closeLinks() error {
	if c.links == nil {
		return nil
	}
	return c.links.Close()
}
