package node

import (
	"context"
	"errors"
	"fmt"

	"ursula/core/bucket"
	"ursula/core/forward"
	"ursula/core/group"
	"ursula/core/group/raftgroup"
	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// Cluster is how a member reaches the others.
type Cluster struct {
	// Transport carries a group's Raft messages.
	Transport func(group uint32) raftgroup.Transport
	// Calls carries what is forwarded.
	Calls forward.Caller
	// Peers names the other members of the moment.
	Peers func() []string
	// Tails takes the events of groups that this node leads, for those who wait
	// on other nodes. It must not block.
	Tails func(group uint32, term uint64, events []stream.Event)
	// Objects makes the cold store of this node out of its own directory and the
	// other members'.
	Objects func(local bucket.Bucket) Objects
	// Flushed is told that a replica may need objects which this node lacks,
	// under a prefix. It must not block.
	Flushed func(prefix string)
}

// Objects is a cold store that lies on several nodes. It is closed before the
// directory below it.
type Objects interface {
	bucket.Bucket
	Close()
}

var _ forward.Node = (*Node)(nil)

// Local implements forward.Node.
func (n *Node) Local(id uint32) forward.Local {
	if !n.opened.Load() || int(id) >= len(n.groups) || n.groups[id].local == nil {
		return nil
	}
	return n.groups[id].local
}

// ProposeHere implements forward.Node: what another node received is charged to
// this one's memory and journal as well.
func (n *Node) ProposeHere(ctx context.Context, id uint32, c *stream.Command) (stream.Result, error) {
	g, size := n.groups[id], int64(len(c.Data))
	if err := n.reserveHot(size); err != nil {
		return stream.Result{}, fmt.Errorf("%w: %w", group.ErrOverloaded, err)
	}
	defer n.arriving.Add(-size)
	r, err := g.proposeTo(ctx, g.local, c)
	n.proposed(c, r, err)
	return r, err
}

// proposed follows what was proposed here for another node: the leader reclaims what
// expires, whoever asked for it.
func (n *Node) proposed(c *stream.Command, r stream.Result, err error) {
	if err == nil && r.Info != nil {
		n.expiry.expect(r.Info.Lifetime, c.Now)
	}
}

// DriveHere implements forward.Node.
func (n *Node) DriveHere(ctx context.Context, name stream.Name, f *stream.Fork) (stream.Result, error) {
	if !n.group(name).leads.Load() {
		return stream.Result{}, group.ErrNoLeader
	}
	r, err := n.driveFork(ctx, name, f)
	if err != nil && !errors.Is(err, store.ErrUnavailable) {
		r.Err, err = err, nil // a refusal is a result
	}
	return r, err
}

// Clock implements forward.Node.
func (n *Node) Clock() int64 { return n.now() }

// joinCluster completes a group's options for a member of a cluster.
func (g *member) joinCluster(o *raftgroup.Options) {
	c := g.node.options.Cluster
	if c == nil {
		return
	}
	o.Timers = raftgroup.TimersFor(g.node.id.Groups)
	o.Transport = c.Transport(g.id)
	o.TrailingLogs = trailingLogs
	o.Silent = g.node.silence.of
	o.Verify = func(ctx context.Context, term uint64, others []string, need int) error {
		return g.node.questions.Verify(ctx, g.id, term, others, need)
	}
}

// trailingLogs lets a follower that missed a snapshot by a moment go on from the
// log. Each may be an entry of some megabytes, so they are few.
const trailingLogs = 128
