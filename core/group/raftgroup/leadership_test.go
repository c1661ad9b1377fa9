package raftgroup_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/group"
	"ursula/core/group/grouptest"
	"ursula/core/group/raftgroup"
	"ursula/core/stream"
)

var errDisk = errors.New("disk is broken")

// fickleStore fails to store logs when told to.
type fickleStore struct {
	*raft.InmemStore
	mu   sync.Mutex
	fail bool
}

func (s *fickleStore) set(fail bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = fail
}

func (s *fickleStore) StoreLogs(logs []*raft.Log) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail {
		return errDisk
	}
	return s.InmemStore.StoreLogs(logs)
}

// watcher records leadership, and what was applied when it came.
type watcher struct {
	grouptest.Recorder
	mu   sync.Mutex
	news []string
}

func (w *watcher) Led(leads bool) {
	events, _ := w.Seen()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.news = append(w.news, fmt.Sprintf("leads=%v after %d events", leads, len(events)))
}

func (w *watcher) seen() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.news, ", ")
}

// An only voter whose log fails steps down with an unknown outcome, and leads
// again, in another term, when its log works.
func TestLeadershipIsLostAndRegained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &fickleStore{InmemStore: raft.NewInmemStore()}
		w := &watcher{}
		e := open(t, raftgroup.Options{
			Logs: store, Stable: store, Snapshots: raft.NewInmemSnapshotStore(), Observer: w,
		})
		propose(t, e, stream.Command{Op: stream.OpCreate, Name: "v1/a", Lifetime: stream.Forever()})
		before := e.Term()
		store.set(true)
		_, err := e.Propose(t.Context(), appended("v1/a", "x"))
		if !errors.Is(err, group.ErrUnknownOutcome) || !strings.Contains(err.Error(), errDisk.Error()) {
			t.Errorf("Propose with a broken log: %v", err)
		}
		synctest.Wait()
		if e.Leads() || e.Term() != 0 {
			t.Errorf("Leads() = %v, Term() = %d", e.Leads(), e.Term())
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := e.Confirm(ctx); !errors.Is(err, group.ErrNoLeader) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Confirm without a leader: %v", err)
		}
		store.set(false)
		propose(t, e, *appended("v1/a", "y"))
		if e.Term() <= before {
			t.Errorf("term %d after term %d", e.Term(), before)
		}
		if got := grouptest.Content(t, e, "v1/a"); got != "y" && got != "xy" {
			t.Errorf("content is %q", got)
		}
		closeEngine(t, e)
		if got := w.seen(); !strings.HasPrefix(got, "leads=true after 0 events, leads=false after 1 events, leads=true") {
			t.Errorf("leadership: %s", got)
		}
	})
}

// A leader serves when everything in its log is applied, not before.
func TestABarrierComesBeforeServing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := raft.NewInmemStore()
		snapshots := raft.NewInmemSnapshotStore()
		const rounds, each = 3, 200
		for round := range rounds {
			w := &watcher{}
			e := open(t, raftgroup.Options{Logs: store, Stable: store, Snapshots: snapshots, Observer: w})
			want := fmt.Sprintf("leads=true after %d events", round*each)
			if got := w.seen(); got != want {
				t.Errorf("round %d: %s, want %s", round, got, want)
			}
			for i := range each {
				name := stream.Name(fmt.Sprintf("v1/%d/%d", round, i))
				propose(t, e, stream.Command{Op: stream.OpCreate, Name: name, Lifetime: stream.Forever()})
			}
			closeEngine(t, e)
		}
	})
}

// cluster is three voters over one network in memory.
type cluster struct {
	engines    []*raftgroup.Engine
	transports []*raft.InmemTransport
}

func openCluster(t *testing.T) *cluster {
	c := &cluster{}
	var servers []raft.Server
	for i := range 3 {
		id := fmt.Sprint(i)
		_, transport := raft.NewInmemTransport(raft.ServerAddress(id))
		c.transports = append(c.transports, transport)
		servers = append(servers, raft.Server{ID: raft.ServerID(id), Address: raft.ServerAddress(id)})
	}
	for i := range 3 {
		c.connect(i)
		store, snapshots := raft.NewInmemStore(), raft.NewInmemSnapshotStore()
		config := raft.DefaultConfig()
		config.LocalID, config.LogLevel = servers[i].ID, "OFF"
		err := raft.BootstrapCluster(config, store, store, snapshots, c.transports[i], raft.Configuration{Servers: servers})
		if err != nil {
			t.Fatal(err)
		}
		o := defaults(t)
		o.NodeID, o.Transport, o.Bootstrap = fmt.Sprint(i), c.transports[i], nil
		o.Logs, o.Stable, o.Snapshots, o.Observer = store, store, snapshots, &watcher{}
		e, err := raftgroup.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		c.engines = append(c.engines, e)
	}
	return c
}

func (c *cluster) connect(i int) {
	for j, other := range c.transports {
		if j != i {
			c.transports[i].Connect(other.LocalAddr(), other)
			other.Connect(c.transports[i].LocalAddr(), c.transports[i])
		}
	}
}

func (c *cluster) cut(i int) {
	c.transports[i].DisconnectAll()
	for j, other := range c.transports {
		if j != i {
			other.Disconnect(c.transports[i].LocalAddr())
		}
	}
}

// leader waits in virtual time for an engine outside not to lead.
func (c *cluster) leader(t *testing.T, not int) int {
	t.Helper()
	for range 600 {
		if i := slices.IndexFunc(c.engines, (*raftgroup.Engine).Leads); i >= 0 && i != not {
			return i
		}
		time.Sleep(100 * time.Millisecond)
		if not >= 0 && !c.engines[not].Leads() {
			for i, e := range c.engines {
				if i != not && e.Leads() {
					return i
				}
			}
		}
	}
	t.Fatal("nobody leads")
	return 0
}

// A leader that is cut off does not know what became of its proposal, and stops
// serving; the others go on; afterwards all agree.
func TestALeaderIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCluster(t)
		old := c.leader(t, -1)
		if c.engines[old].OnlyVoter() {
			t.Error("one of three is an only voter")
		}
		propose(t, c.engines[old], stream.Command{Op: stream.OpCreate, Name: "v1/a", Lifetime: stream.Forever()})
		propose(t, c.engines[old], *appended("v1/a", "1"))
		c.cut(old)
		if _, err := c.engines[old].Propose(t.Context(), appended("v1/a", "lost")); !errors.Is(err, group.ErrUnknownOutcome) {
			t.Errorf("proposal without a quorum: %v", err)
		}
		next := c.leader(t, old)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := c.engines[old].Confirm(ctx); !errors.Is(err, group.ErrNoLeader) {
			t.Errorf("Confirm without a quorum: %v", err)
		}
		propose(t, c.engines[next], *appended("v1/a", "2"))
		c.connect(old)
		time.Sleep(time.Minute)
		for i, e := range c.engines {
			if got := grouptest.Content(t, e, "v1/a"); got != "12" {
				t.Errorf("node %d has %q", i, got)
			}
		}
		for _, e := range c.engines {
			closeEngine(t, e)
		}
	})
}
