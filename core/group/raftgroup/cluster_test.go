package raftgroup_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/group"
	"ursula/core/group/grouptest"
	"ursula/core/group/raftgroup"
	"ursula/core/group/raftgroup/rafttest"
	"ursula/core/stream"
)

// cluster is one group on several nodes, in the virtual time of a bubble.
type cluster struct {
	t        *testing.T
	net      *rafttest.Network
	founders []string
	trailing uint64
	deaf     bool          // nodes do not hear what they tell themselves
	hold     chan struct{} // of all watchers

	mu    sync.Mutex
	nodes map[string]*voter
}

// voter is a node, which keeps its stores while its process is gone.
type voter struct {
	id       string
	options  raftgroup.Options // its stores and observer
	engine   *raftgroup.Engine // nil while its process is gone
	watching *watcher
	wrap     func(*rafttest.Transport) raftgroup.Transport // optional
}

// deaf is a transport on which nobody can tell himself anything.
type deaf struct{ *rafttest.Transport }

// Inject never finds room.
func (deaf) Inject(raft.RPC) bool { return false }

func newCluster(t *testing.T, founders ...string) *cluster { return newTrailing(t, 1024, founders...) }

// newTrailing is a cluster whose logs keep so many entries that a snapshot covers.
func newTrailing(t *testing.T, trailing uint64, founders ...string) *cluster {
	c := &cluster{
		t: t, net: rafttest.New(1), founders: founders, trailing: trailing, nodes: make(map[string]*voter),
	}
	c.startAll()
	return c
}

func (c *cluster) startAll() {
	for _, id := range c.founders {
		c.start(id, c.founders...)
	}
}

// start opens a new node with logs in memory; one that is not a founder waits
// for a leader to add it.
func (c *cluster) start(id string, founders ...string) *raftgroup.Engine {
	c.t.Helper()
	store := raft.NewInmemStore()
	v := &voter{id: id, watching: &watcher{hold: c.hold}, options: raftgroup.Options{
		Logs: store, Stable: store, Snapshots: raft.NewInmemSnapshotStore(), Bootstrap: founders,
	}}
	v.options.Observer = v.watching
	return c.open(v)
}

func (c *cluster) open(v *voter) *raftgroup.Engine {
	c.t.Helper()
	o := defaults(c.t)
	o.NodeID, o.Bootstrap, o.TrailingLogs = v.id, v.options.Bootstrap, c.trailing
	o.Logs, o.Stable, o.Snapshots, o.Observer = v.options.Logs, v.options.Stable, v.options.Snapshots, v.options.Observer
	o.Timers, o.Transport, o.Verify = raftgroup.TimersFor(1), c.net.Transport(v.id, 0), c.verify(v.id)
	if v.wrap != nil {
		o.Transport = v.wrap(c.net.Transport(v.id, 0))
	}
	if c.deaf {
		o.Transport = deaf{c.net.Transport(v.id, 0)}
	}
	e, err := raftgroup.Open(o)
	if err != nil {
		c.t.Fatalf("open node %s: %v", v.id, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v.engine = e
	c.nodes[v.id] = v
	return e
}

// stop ends a node's process and keeps its stores.
func (c *cluster) stop(id string) {
	c.t.Helper()
	e := c.node(id)
	c.mu.Lock()
	c.nodes[id].engine = nil
	c.mu.Unlock()
	closeEngine(c.t, e)
}

func (c *cluster) restart(id string) *raftgroup.Engine {
	c.t.Helper()
	c.mu.Lock()
	v := c.nodes[id]
	c.mu.Unlock()
	return c.open(v)
}

func (c *cluster) close() {
	c.t.Helper()
	for _, id := range c.running() {
		c.stop(id)
	}
}

// node is a node's engine, nil while its process is gone.
func (c *cluster) node(id string) *raftgroup.Engine {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nodes[id].engine
}

func (c *cluster) running() (ids []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(c.nodes)) {
		if c.nodes[id].engine != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// verify asks the others over the network, as a node's Questions do.
func (c *cluster) verify(from string) raftgroup.Verify {
	return func(ctx context.Context, term uint64, others []string, need int) error {
		agreed := make(chan bool, len(others))
		for _, to := range others {
			go func() { agreed <- c.agrees(ctx, from, to, term) }()
		}
		for range others {
			if <-agreed {
				need--
			}
			if need <= 0 {
				return nil
			}
		}
		return errors.New("no majority")
	}
}

func (c *cluster) agrees(ctx context.Context, from, to string, term uint64) bool {
	if c.net.Carry(ctx, from, to) != nil {
		return false
	}
	e := c.node(to)
	return e != nil && e.CurrentTerm() <= term && c.net.Carry(ctx, to, from) == nil
}

// leader waits for one of the nodes to lead, or for any of those that run.
func (c *cluster) leader(among ...string) (id string, e *raftgroup.Engine) {
	c.t.Helper()
	for range 600 {
		for _, id := range c.running() {
			if e := c.node(id); e.Leads() && (len(among) == 0 || slices.Contains(among, id)) {
				return id, e
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.t.Fatal("nobody leads")
	return "", nil
}

// others are the founders but one.
func (c *cluster) others(id string) []string {
	return slices.DeleteFunc(slices.Clone(c.founders), func(other string) bool { return other == id })
}

// create makes the stream that the tests append to.
func (c *cluster) create() {
	c.t.Helper()
	_, e := c.leader()
	propose(c.t, e, stream.Command{Op: stream.OpCreate, Name: "v1/a", Lifetime: stream.Forever()})
}

// agree waits for all running nodes to have applied what the leader has, and
// checks what that is.
func (c *cluster) agree(want string) {
	c.t.Helper()
	_, leader := c.leader()
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	if err := leader.Confirm(ctx); err != nil {
		c.t.Errorf("Confirm: %v", err)
	}
	p, _ := leader.Position()
	for _, id := range c.running() {
		e := c.node(id)
		if err := e.WaitApplied(ctx, p.Applied); err != nil {
			c.t.Errorf("node %s: %v", id, err)
		}
		if got := grouptest.Content(c.t, e, "v1/a"); got != want {
			c.t.Errorf("node %s has %q, want %q", id, got, want)
		}
	}
}

// wantNoLeader checks that e confirms nothing, even given time.
func wantNoLeader(t *testing.T, e *raftgroup.Engine, patience time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := e.Confirm(ctx); !errors.Is(err, group.ErrNoLeader) {
		t.Errorf("Confirm: %v", err)
	}
	if _, err := e.ReadIndex(ctx, "", 0); !errors.Is(err, group.ErrNoLeader) {
		t.Errorf("ReadIndex: %v", err)
	}
}
