package node

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/bucket"
	"ursula/core/bucket/dirbucket"
	"ursula/core/forward"
	"ursula/core/forward/forwardtest"
	"ursula/core/group/raftgroup"
	"ursula/core/group/raftgroup/rafttest"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// trio is a cluster of three nodes in one bubble: each with a disk and a clock of
// its own, over one network in memory, and with one object store that all share.
type trio struct {
	t       *testing.T
	net     *rafttest.Network
	calls   *forwardtest.Calls
	objects *dirbucket.Bucket
	peers   []*peer
	groups  int            // those of small when 0
	tune    func(*Options) // nil, or changes each node's options
}

// peer is one of the nodes; its disk and clock outlast its process.
type peer struct {
	id   string
	disk *faultfs.FS
	skew atomic.Int64 // nanoseconds; a running node reads it
	*Node
}

// together is the object store as one node has it.
type together struct{ bucket.Bucket }

// Close implements Objects; the others still use the store.
func (together) Close() {}

// onTrio runs a test on a new cluster, whose state must agree in the end.
func onTrio(t *testing.T, adjust func(*trio), test func(t *testing.T, c *trio)) {
	synctest.Test(t, func(t *testing.T) {
		net := rafttest.New(1)
		net.Delay(5 * time.Millisecond)
		objects, err := dirbucket.Open(dirbucket.Options{FS: faultfs.New(), Dir: "objects"})
		if err != nil {
			t.Fatal(err)
		}
		c := &trio{t: t, net: net, calls: forwardtest.New(net), objects: objects}
		for _, id := range []string{"a", "b", "c"} {
			c.peers = append(c.peers, &peer{id: id, disk: faultfs.New()})
		}
		if adjust != nil {
			adjust(c)
		}
		for _, p := range c.peers {
			c.start(p)
		}
		c.ready()
		test(t, c)
		c.close()
	})
}

func (c *trio) ids() (ids []string) {
	for _, p := range c.peers {
		ids = append(ids, p.id)
	}
	return ids
}

// set puts a peer's clock off, also while its node runs.
func (p *peer) set(skew time.Duration) { p.skew.Store(int64(skew)) }

// options are those of a peer, whose directory is claimed and formed.
func (c *trio) options(p *peer) Options {
	c.t.Helper()
	o := small(c.t, p.disk, RaftWAL)
	o.Groups = cmp.Or(c.groups, o.Groups)
	o.Now = func() time.Time { return time.Now().Add(time.Duration(p.skew.Load())) }
	d, err := Claim(DirectoryOptions{FS: p.disk, Dir: o.Dir, NodeID: p.id, Engine: o.Engine, Groups: o.Groups})
	if err != nil {
		c.t.Fatalf("claim %s: %v", p.id, err)
	}
	if !d.Formed() {
		if err := d.Form("cluster", o.Groups, c.ids()); err != nil {
			c.t.Fatalf("form %s: %v", p.id, err)
		}
	}
	o.Directory = d
	o.Cluster = &Cluster{
		Transport: func(id uint32) raftgroup.Transport { return c.net.Transport(p.id, id) },
		Calls:     c.calls.From(p.id),
		Peers: func() []string {
			return slices.DeleteFunc(c.ids(), func(id string) bool { return id == p.id })
		},
		Objects: func(bucket.Bucket) Objects { return together{c.objects} },
		Flushed: func(string) {},
		Tails:   func(uint32, uint64, []stream.Event) {},
	}
	if c.tune != nil {
		c.tune(&o)
	}
	return o
}

func (c *trio) start(p *peer) {
	c.t.Helper()
	p.Node = open(c.t, c.options(p))
	server := forward.NewServer(p.Node)
	server.Trace(p.Node.options.Tracer)
	c.calls.Serve(p.id, server)
}

func (c *trio) stop(p *peer) {
	c.t.Helper()
	c.calls.Serve(p.id, nil)
	closeNode(c.t, p.Node)
	p.Node = nil
}

// crash cuts a node's power. What it still does reaches nobody, and then not its
// disk either.
func (c *trio) crash(p *peer, rng *rand.Rand) {
	c.t.Helper()
	c.net.Isolate(p.id)
	after := p.disk.CrashClone(rng)
	c.stop(p)
	p.disk = after
	c.net.Heal()
}

func (c *trio) close() {
	c.net.Heal()
	for _, p := range c.peers {
		c.stop(p)
	}
	c.calls.Wait()
	c.objects.Close()
	time.Sleep(time.Minute) // questions that were lost are given up
}

// ready waits for every group to have a leader, as every node sees it. A node asks
// until it is told: Raft leaves a follower that was away alone for up to ten seconds,
// and a question waits no longer than that.
func (c *trio) ready() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	for _, p := range c.peers {
		if p.Node == nil {
			continue
		}
		for err := p.Ready(ctx); err != nil; err = p.Ready(ctx) {
			if ctx.Err() != nil {
				c.t.Fatalf("node %s: %v", p.id, err)
			}
		}
	}
}

// leads is the node that leads the group of a name, and follow are the others.
func (c *trio) leads(name stream.Name) (leader *peer, follow []*peer) {
	c.t.Helper()
	for _, p := range c.peers {
		switch {
		case p.Node == nil:
		case p.group(name).engine.Leads():
			leader = p
		default:
			follow = append(follow, p)
		}
	}
	if leader == nil {
		c.t.Fatalf("nobody leads the group of %s", name)
	}
	return leader, follow
}

// move makes a node the leader of the group of a name.
func (c *trio) move(name stream.Name, to *peer) {
	c.t.Helper()
	leader, _ := c.leads(name)
	if leader != to {
		if err := leader.group(name).local.Transfer(c.t.Context(), to.id); err != nil {
			c.t.Fatalf("transfer %s from %s to %s: %v", name, leader.id, to.id, err)
		}
	}
	c.ready()
}

// wantContent checks a stream on every node that runs.
func (c *trio) wantContent(name stream.Name, want string) {
	c.t.Helper()
	for _, p := range c.peers {
		if p.Node != nil {
			wantContent(c.t, p.Node, name, want)
		}
	}
}

// wantEmpty checks that nothing is left anywhere.
func (c *trio) wantEmpty() {
	c.t.Helper()
	for _, p := range c.peers {
		wantEmpty(c.t, p.Node)
	}
	for object, err := range c.objects.List(c.t.Context(), "") {
		c.t.Errorf("left in the shared store: %s, %v", object.Key, err)
	}
}

func numbered(i int) stream.Name { return stream.Name(fmt.Sprintf("v1/%d", i)) }
