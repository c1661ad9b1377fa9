package server

import (
	"context"
	"errors"
	"fmt"
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
	"ursula/core/vfs"
	"ursula/infra/natsd"
	"ursula/infra/transport"
)

// cluster is what a member of a cluster has beside a node for itself: links to
// the others, what it knows of them, and the keeper of its groups.
type cluster struct {
	config config.Cluster
	log    *slog.Logger

	directory  *node.Directory
	membership *membership
	links      *transport.Transport
	hello      func() member.Hello

	objects objects
	bus     atomic.Pointer[natsd.Node] // nil until there is one
	node    *node.Node
	server  atomic.Pointer[forward.Server] // nil until the node is open
	keeper  atomic.Pointer[keeper.Keeper]  // the same

	stop    context.CancelFunc
	running sync.WaitGroup
}

// openCluster makes this node part of its cluster: the one that it was part of,
// one that its peers have, or one that it founds with them. It takes as long as
// its peers need to answer.
func openCluster(ctx context.Context, c *config.Config, log *slog.Logger) (k *cluster, err error) {
	k = &cluster{config: c.Cluster, log: log}
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

func (c *cluster) form(ctx context.Context, groups int) (err error) {
	if c.membership, err = openMembership(c.directory, c.changed); err != nil {
		return err
	}
	f := &formation{
		membership: c.membership, peers: peers(c.config), address: address(c.config), groups: groups, log: c.log,
		call: func(ctx context.Context, peer string, m method, payload []byte) ([]byte, error) {
			return calls{c.links}.Call(ctx, peer, m, payload)
		},
	}
	c.hello = f.hello
	if err := c.openLinks(); err != nil {
		return err
	}
	if err := f.run(ctx); err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	return nil
}

func peers(c config.Cluster) (peers []member.Peer) {
	for id, address := range c.Peers.Addresses() {
		peers = append(peers, member.Peer{ID: id, Address: address})
	}
	return peers
}

// address is where the others reach this node.
func address(c config.Cluster) string {
	if listed, ok := c.Peers.Addresses()[c.NodeID]; ok {
		return listed
	}
	return c.Listen
}

// changed follows the roster.
func (c *cluster) changed(r member.Roster) {
	if c.links != nil {
		c.reach(r)
	}
	c.reachBus(r)
	if k := c.keeper.Load(); k != nil {
		k.Wake()
	}
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
	c.mirrorObjects(n)
	k := keeper.New(keeper.Options{
		Self: c.config.NodeID, Roster: rosterPort{c}, Groups: groupsPort{n}, Peers: reportsPort{calls{c.links}},
		First: c.first(), Unfit: n.Unfit, Cold: c.cold, Log: c.log,
		Interval: max(time.Second, time.Duration(n.Groups())*reportPerGroup), Outage: outage(n.Groups()),
	})
	c.keeper.Store(k)
	c.server.Store(forward.NewServer(n))
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	c.running.Go(func() { k.Run(ctx) })
	c.running.Go(func() { c.followRoster(ctx) })
	c.running.Go(func() { c.objects.mirror.Load().Run(ctx) })
	c.running.Go(func() { c.followLinks(ctx) })
	c.running.Go(func() { n.Elect(ctx) })
}

// first is the roster that the cluster begins with, of version 0 on a node that
// did not found it.
func (c *cluster) first() member.Roster {
	founders := c.membership.founders()
	if len(founders) == 0 {
		return member.Roster{}
	}
	id := c.directory.Identity()
	r, err := member.First(id.Cluster, id.Groups, founders, time.Now())
	if err != nil {
		c.log.Error("cluster: first roster", "error", err) // Decide has judged the founders
	}
	return r
}

// followRoster learns of every roster that this node's replica has.
func (c *cluster) followRoster(ctx context.Context) {
	for {
		if err := c.learn(); err != nil {
			c.log.Error("cluster: roster", "error", err)
		}
		select {
		case <-c.node.MembersChanged():
		case <-ctx.Done():
			return
		}
	}
}

func (c *cluster) learn() error {
	value, version := c.node.KnownMembers()
	if version == 0 {
		return nil
	}
	r, err := member.DecodeRoster(value)
	if err != nil {
		return err
	}
	return c.membership.learn(r)
}

// stepDownPatience bounds that. It takes a fraction of a second, or does not
// happen: the others are being stopped as well.
const stepDownPatience = 3 * time.Second

// stepDown gives this node's leaderships away before it ends.
func (c *cluster) stepDown(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, stepDownPatience)
	defer cancel()
	if err := c.keeper.Load().StepDown(ctx); err != nil && !errors.Is(err, keeper.ErrNoHeir) {
		c.log.Warn("cluster: leaderships are left to an election", "error", err)
	}
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
