package transport_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ursula/infra/transport"
	"ursula/infra/transport/wire"
)

const echo transport.Method = 1

func echoing(n *node) {
	n.Handle(echo, func(_ context.Context, _ string, payload []byte) ([]byte, error) { return payload, nil })
}

// TestAFrozenPeerIsNoticedAndReplaced: its connections stay open, and say
// nothing.
func TestAFrozenPeerIsNoticedAndReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes, one, two := pair(t)
		echoing(two)
		time.Sleep(time.Minute) // pings keep idle connections
		await(t, true, one, two)
		pipes.freeze()
		began := time.Now()
		_, err := one.Call(t.Context(), "2", echo, []byte("x"))
		if took := time.Since(began); !errors.Is(err, transport.ErrLost) || took > 4*time.Second {
			t.Errorf("%v after %v", err, took)
		}
		await(t, false, one, two)
		if _, err := one.Call(t.Context(), "2", echo, nil); !errors.Is(err, transport.ErrUnreachable) || errors.Is(err, transport.ErrLost) {
			t.Errorf("while it is frozen: %v", err)
		}
		pipes.thaw()
		await(t, true, one, two)
		if b, err := one.Call(t.Context(), "2", echo, []byte("x")); err != nil || string(b) != "x" {
			t.Errorf("after it: %q, %v", b, err)
		}
	})
}

// TestAPeerThatTakesNothingIsNoticed: here writes wait, and what is read is only
// enough to look alive.
func TestAPeerThatTakesNothingIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, l := facing(t)
		defer l.Close()
		raw := handshaken(t, l, transport.ClassCall)
		go pongs(raw, t.Context().Done())
		began := time.Now()
		_, err := one.Call(t.Context(), "2", echo, []byte("x"))
		if took := time.Since(began); !errors.Is(err, transport.ErrLost) || took > 5*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// pongs says something every second that nobody asked for.
func pongs(raw net.Conn, done <-chan struct{}) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-second.C:
			b := wire.Begin(nil, wire.Header{Kind: wire.Pong})
			wire.Finish(b)
			_, _ = raw.Write(b)
		case <-done:
			return
		}
	}
}

// handshaken accepts a connection of a class and leaves it alone.
func handshaken(t *testing.T, l net.Listener, class transport.Class) net.Conn {
	for {
		raw, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		h, err := wire.ReadHello(raw)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = wire.Reply{Refused: h.Class != byte(class), Version: 1, From: wire.Identity{Node: "2"}}.WriteTo(raw)
		if h.Class == byte(class) {
			return raw
		}
		_ = raw.Close()
	}
}

func TestUnreachableWithoutAPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := newNetwork().node(t, "1")
		one.SetPeers(map[string]string{"2": "nowhere", "1": "itself"})
		for _, peer := range []string{"1", "2", "3"} {
			if _, err := one.Call(t.Context(), peer, echo); !errors.Is(err, transport.ErrUnreachable) {
				t.Errorf("peer %s: %v", peer, err)
			}
		}
		_ = one.Close()
		if _, err := one.Call(t.Context(), "2", echo); !errors.Is(err, transport.ErrUnreachable) || !errors.Is(err, transport.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
	})
}

func identity(i transport.Identity) option {
	return func(o *transport.Options) { o.Identity = func() transport.Identity { return i } }
}

func TestWhoIsRefused(t *testing.T) {
	admit := func(peer transport.Identity, class transport.Class) error {
		if peer.Disk == "stolen" && class == transport.ClassCall {
			return errors.New("another disk")
		}
		return nil
	}
	for name, c := range map[string]struct {
		two        transport.Identity // of the node where node 2 should be
		oneDialing string             // why node 1 does not reach it, "" if it does
		twoDialing string
	}{
		"another cluster": {transport.Identity{Cluster: "x", Node: "2"}, `of cluster "x"`, `of "x"`},
		"another disk":    {transport.Identity{Cluster: "c", Node: "2", Disk: "stolen"}, "another disk", "another disk"},
		"another node":    {transport.Identity{Cluster: "c", Node: "3"}, `node "3" and not "2"`, ""},
		"no cluster yet":  {transport.Identity{Node: "2"}, "", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			pipes := newNetwork()
			one := pipes.node(t, "1", func(o *transport.Options) { o.Admit = admit })
			two := pipes.node(t, "2", identity(c.two))
			echoing(one)
			echoing(two)
			one.SetPeers(map[string]string{"2": "2"})
			two.SetPeers(map[string]string{"1": "1"})
			_, err := one.Call(t.Context(), "2", echo)
			wantRefusal(t, name+", node 1 dialing", err, c.oneDialing)
			_, err = two.Call(t.Context(), "1", echo)
			wantRefusal(t, name+", node 2 dialing", err, c.twoDialing)
		})
	}
}

func wantRefusal(t *testing.T, name string, err error, reason string) {
	t.Helper()
	if reason == "" && err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if reason != "" && (!errors.Is(err, transport.ErrRefused) || !errors.Is(err, transport.ErrUnreachable) || !strings.Contains(err.Error(), reason)) {
		t.Errorf("%s: %v, want %q", name, err, reason)
	}
}

func TestVersionsSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		one := pipes.node(t, "1")
		raw, err := pipes.dial(t.Context(), "1")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = wire.Hello{Lowest: 2, Highest: 3, Class: 1, From: wire.Identity{Node: "2"}}.WriteTo(raw)
		a, err := wire.ReadReply(raw)
		if err != nil || !a.Refused || !strings.Contains(a.Reason, "speaks versions 2..3, node 1 wants 1..1") {
			t.Errorf("%+v, %v", a, err)
		}
		_ = one.Close()
	})
}

func TestAPeerMovesToAnotherAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes, one, two := pair(t)
		echoing(two)
		_ = two.Close()
		await(t, false, one)
		moved := pipes.node(t, "elsewhere", identity(transport.Identity{Cluster: "c", Node: "2"}))
		echoing(moved)
		one.SetPeers(map[string]string{"2": "elsewhere"})
		await(t, true, one)
		if b, err := one.Call(t.Context(), "2", echo, []byte("x")); err != nil || string(b) != "x" {
			t.Errorf("%q, %v", b, err)
		}
		one.SetPeers(nil)
		if _, err := one.Call(t.Context(), "2", echo); !errors.Is(err, transport.ErrUnreachable) {
			t.Errorf("removed: %v", err)
		}
		if len(one.Peers()) != 0 {
			t.Errorf("%+v", one.Peers())
		}
	})
}

// TestAPeerThatConnectsAgain: it has started again, and what it left behind is
// in nobody's way.
func TestAPeerThatConnectsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		pipes.node(t, "1")
		before, began := connect(t, pipes, "1", transport.ClassCall), time.Now()
		after := connect(t, pipes, "1", transport.ClassCall)
		if _, ok := <-before.requests; ok || time.Since(began) > 0 {
			t.Error("the earlier connection is still there")
		}
		after.send(wire.Header{Kind: wire.Call, ID: 1}, nil)
		if h := <-after.requests; h.Kind != wire.Call.Answer() {
			t.Errorf("%+v", h)
		}
	})
}

func TestProbeTellsWhoIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		one := pipes.node(t, "1", identity(transport.Identity{Node: "1"}))
		pipes.node(t, "2")
		if who, err := one.Probe(t.Context(), "2"); err != nil || who != (transport.Identity{Cluster: "c", Node: "2", Disk: "d2"}) {
			t.Errorf("%+v, %v", who, err)
		}
		if _, err := one.Probe(t.Context(), "nowhere"); !errors.Is(err, transport.ErrUnreachable) {
			t.Error(err)
		}
	})
}

func TestStatusTellsOfEachLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, _ := pair(t)
		time.Sleep(10 * time.Second)
		p := one.Peers()
		if len(p) != 1 || p[0].ID != "2" || p[0].Address != "2" || len(p[0].Links) != 3 {
			t.Fatalf("%+v", p)
		}
		for _, l := range p[0].Links {
			if l.Class == transport.ClassBulk {
				continue
			}
			if !l.Connected || l.LastError != nil || l.BytesIn == 0 || l.BytesOut == 0 || time.Since(l.LastHeard) > 2*time.Second {
				t.Errorf("%v: %+v", l.Class, l)
			}
		}
	})
}
