package natsd_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"ursula/core/stream"
	"ursula/infra/natsd"
)

func TestEventReachesOnlyWhoAsks(t *testing.T) {
	all := startAll(t, newNetwork(), "1", "2", "3")
	leader, asks, other := all[0], all[1], all[2]
	asks.Interest("v1/s")
	other.Interest("v1/barrier")
	want := event("v1/s", 10, "hello")
	want.Closed = true
	if got := reach(t, leader, asks, want); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	until(t, func() bool {
		leader.Publish(1, 1, []stream.Event{event("v1/barrier", 0, "x")})
		select {
		case e := <-other.events:
			if e.Name != "v1/barrier" {
				t.Errorf("an event of %s reached a node that asked for another stream", e.Name)
			}
			return true
		default:
			return false
		}
	})
}

// A node's own events do not come back, and its own interest is no reason to
// publish.
func TestOwnEventsStayAway(t *testing.T) {
	all := startAll(t, newNetwork(), "1", "2")
	leader, follower := all[0], all[1]
	leader.Interest("v1/s")
	leader.Interest("v1/barrier")
	reach(t, follower, leader, event("v1/s", 0, "theirs"))
	before := leader.Stats()
	leader.Publish(1, 1, []stream.Event{event("v1/s", 0, "own")})
	if after := leader.Stats(); after.NoInterest != before.NoInterest+1 {
		t.Errorf("own interest made the node publish: %+v", after)
	}
	follower.Interest("v1/s")
	reach(t, leader, follower, event("v1/s", 0, "shared"))
	until(t, func() bool {
		follower.Publish(1, 1, []stream.Event{event("v1/barrier", 0, "x")})
		for len(leader.events) > 0 {
			switch e := <-leader.events; {
			case string(e.Data) == "shared":
				t.Fatal("an own event came back")
			case e.Name == "v1/barrier":
				return true
			}
		}
		return false
	})
}

func TestUninterestEndsEvents(t *testing.T) {
	w := newNetwork()
	follower := start(t, w, "2", func(o *natsd.Options) { o.Linger = 1 })
	leader := start(t, w, "1", nil)
	leader.setPeers(t, "2")
	follower.setPeers(t, "1")
	follower.Interest("v1/s")
	reach(t, leader, follower, event("v1/s", 0, "x"))
	follower.Uninterest("v1/s")
	until(t, func() bool {
		before := leader.Stats().NoInterest
		leader.Publish(1, 1, []stream.Event{event("v1/s", 0, "x")})
		return leader.Stats().NoInterest > before
	})
}

func TestLargeDataStaysBehind(t *testing.T) {
	w := newNetwork()
	leader := start(t, w, "1", func(o *natsd.Options) { o.MaxData = 100 })
	follower := start(t, w, "2", nil)
	leader.setPeers(t, "2")
	follower.setPeers(t, "1")
	for name, size := range map[stream.Name]int{"v1/fits": 100, "v1/large": 101} {
		follower.Interest(name)
		e := event(name, 1<<40, strings.Repeat("x", size))
		got := reach(t, leader, follower, e)
		if got.From != e.From || got.To != e.To || bytes.Equal(got.Data, e.Data) != (size <= 100) {
			t.Errorf("%s: got [%d, %d) with %d bytes", name, got.From, got.To, len(got.Data))
		}
	}
}

func TestNamesOfAllKinds(t *testing.T) {
	all := startAll(t, newNetwork(), "1", "2")
	for _, name := range []stream.Name{"v1/a.b", "v1/*", "v1/>", "v1/with space\u00e4", "v1/" + stream.Name(strings.Repeat("n", 1000))} {
		all[1].Interest(name)
		reach(t, all[0], all[1], event(name, 0, "x"))
	}
}

// Events that come faster than they are taken are dropped, the sender does not
// feel it, and the receiver is told.
func TestSlowConsumer(t *testing.T) {
	w := newNetwork()
	leader := start(t, w, "1", nil)
	stuck, free := make(chan struct{}, 1), make(chan struct{})
	follower := start(t, w, "2", func(o *natsd.Options) {
		o.Inbox = 4
		o.Deliver = func(*stream.Event) {
			select {
			case stuck <- struct{}{}:
			default:
			}
			<-free
		}
	})
	leader.setPeers(t, "2")
	follower.setPeers(t, "1")
	follower.Interest("v1/s")
	until(t, func() bool {
		leader.Publish(1, 1, []stream.Event{event("v1/s", 0, "x")})
		return len(follower.lost) > 0
	})
	<-stuck
	close(free)
}

// A client that lost its connection says so, and has its subscriptions again
// when it is back.
func TestClientComesBack(t *testing.T) {
	all := startAll(t, newNetwork(), "1", "2")
	all[1].Interest("v1/s")
	reach(t, all[0], all[1], event("v1/s", 0, "before"))
	if err := all[1].DropClient(); err != nil {
		t.Fatal(err)
	}
	<-all[1].lost
	reach(t, all[0], all[1], event("v1/s", 0, "after"))
}

// A node without peers costs nothing and waits for nobody; what nobody can hear
// is not kept for later.
func TestAlone(t *testing.T) {
	n := start(t, newNetwork(), "1", nil)
	n.setPeers(t, "1")
	if !n.Connected() {
		t.Error("a node without peers misses some")
	}
	n.setPeers(t, "1", "2", "3")
	if n.Connected() {
		t.Error("connected to nodes that are not there")
	}
	n.Interest("v1/s")
	n.Publish(1, 1, []stream.Event{event("v1/s", 0, "x"), event("v1/t", 0, "x")})
	if s := n.Stats(); s.NoInterest != 2 || s.Published != 0 {
		t.Errorf("published to nobody: %+v", s)
	}
}

func TestCloseTwiceAndCallsAfterIt(t *testing.T) {
	all := startAll(t, newNetwork(), "1", "2")
	n := all[0]
	n.Interest("v1/s")
	n.Close()
	n.Close()
	n.Interest("v1/t")
	n.Uninterest("v1/s")
	n.Publish(1, 1, []stream.Event{event("v1/s", 0, "x")})
	if n.Connected() {
		t.Error("connected after Close")
	}
}

func TestOptionsThatAreMissing(t *testing.T) {
	if _, err := natsd.Start(natsd.Options{NodeID: "1"}); !errors.Is(err, natsd.ErrOptions) {
		t.Errorf("started: %v", err)
	}
}
