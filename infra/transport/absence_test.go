package transport_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"ursula/infra/transport"
)

// TestAFollowerThatComesBackIsServedAtOnce: Raft would leave it alone for up to ten
// seconds after an absence as long as this one.
func TestAFollowerThatComesBackIsServedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		nodes := []*node{pipes.node(t, "1"), pipes.node(t, "2"), pipes.node(t, "3")}
		acquaint(nodes...)
		await(t, true, nodes...)
		members := form(t, 7, nodes, time.Second)
		l := leader(t, members)
		away := slices.IndexFunc(members, func(m member) bool { return m != l })
		if err := members[away].Shutdown().Error(); err != nil {
			t.Fatal(err)
		}
		_ = nodes[away].Close()
		if err := l.Raft.Apply([]byte("x"), 0).Error(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(54 * time.Second)
		began := time.Now()
		nodes[away] = pipes.node(t, nodes[away].id)
		back := join(t, nodes[away].Group(7), nodes[away].id, servers(nodes), time.Second)
		acquaint(nodes...)
		within(t, back.applied)
		if took := time.Since(began); took > time.Second {
			t.Errorf("it has the entry after %v", took)
		}
		for _, n := range nodes {
			n.Group(7).Quit()
		}
	})
}

// outcome sends entries of a term to node 2 and gives the error when it is there.
func outcome(g *transport.Group, term uint64) <-chan error {
	done := make(chan error, 1)
	r := entries("1", 1)
	r.Term = term
	go func() { done <- g.AppendEntries("2", "2", r, &raft.AppendEntriesResponse{}) }()
	return done
}

// TestEntriesWaitForAPeer: one request for each peer, the newest, and none once the
// group is about to close or the peer is none any more.
func TestEntriesWaitForAPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := newNetwork().node(t, "1")
		one.SetPeers(map[string]string{"2": "2"})
		g := one.Group(7)
		var vote raft.RequestVoteResponse
		if err := g.RequestVote("2", "2", &raft.RequestVoteRequest{RPCHeader: header("1")}, &vote); !errors.Is(err, transport.ErrUnreachable) {
			t.Errorf("a vote: %v", err)
		}
		refused := func(what string, done <-chan error) {
			t.Helper()
			if err := within(t, done); !errors.Is(err, transport.ErrUnreachable) {
				t.Errorf("%s: %v", what, err)
			}
		}
		third := outcome(g, 3)
		time.Sleep(time.Hour)
		refused("of an earlier term", outcome(g, 2))
		fourth := outcome(g, 4)
		refused("of the term before", third)
		one.SetPeers(map[string]string{"2": "elsewhere"})
		refused("to where the peer was", fourth)
		again := outcome(g, 4)
		synctest.Wait()
		select {
		case err := <-again:
			t.Errorf("it does not wait: %v", err)
		default:
		}
		g.Quit()
		refused("of a group that ends", again)
		refused("afterwards", outcome(g, 5))
	})
}

// TestARequestIsCutBeforeItWaits: it may wait for days, and keeps no more than it will
// send.
func TestARequestIsCutBeforeItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := newNetwork().node(t, "1")
		one.SetPeers(map[string]string{"2": "2"})
		large := make([]byte, 1<<20)
		r := entries("1", 1, large, large, large)
		done := make(chan error, 1)
		go func() { done <- one.Group(7).AppendEntries("2", "2", r, &raft.AppendEntriesResponse{}) }()
		synctest.Wait()
		if len(r.Entries) != 1 || cap(r.Entries) != 1 {
			t.Errorf("it keeps %d entries for the first %d", cap(r.Entries), len(r.Entries))
		}
		one.Group(7).Quit()
		if err := within(t, done); !errors.Is(err, transport.ErrUnreachable) {
			t.Error(err)
		}
	})
}

// A group that is about to be closed hears of nobody any more: neither by heartbeats nor
// by entries that are under way.
func TestAGroupThatQuitsHearsOfNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		g := one.Group(7)
		two.Group(7) // whose Raft never answers
		p, err := g.AppendEntriesPipeline("2", "2")
		if err != nil {
			t.Fatal(err)
		}
		under, err := p.AppendEntries(entries("1", 1, []byte("x")), &raft.AppendEntriesResponse{})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		g.Quit()
		began := time.Now()
		if err := under.Error(); !errors.Is(err, transport.ErrUnreachable) {
			t.Errorf("what was under way: %v", err)
		}
		beat := &raft.AppendEntriesRequest{RPCHeader: header("1"), Term: 1}
		if err := g.AppendEntries("2", "2", beat, &raft.AppendEntriesResponse{}); !errors.Is(err, transport.ErrUnreachable) {
			t.Errorf("a heartbeat: %v", err)
		}
		if _, err := g.AppendEntriesPipeline("2", "2"); !errors.Is(err, transport.ErrUnreachable) {
			t.Errorf("a pipeline: %v", err)
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("after %v", took)
		}
		g.Quit()
	})
}

func TestAGroupKnowsWhomItReaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		if !one.Group(7).Reaches("2") || one.Group(7).Reaches("3") {
			t.Error("it reaches others than are there")
		}
		_ = two.Close()
		await(t, false, one)
		if one.Group(7).Reaches("2") {
			t.Error("it reaches a node that is gone")
		}
	})
}
