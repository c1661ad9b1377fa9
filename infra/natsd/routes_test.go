package natsd_test

import (
	"context"
	"io"
	"net"
	"testing"

	"ursula/infra/natsd"
)

func TestRoutesComeBackAfterPartition(t *testing.T) {
	w := newNetwork()
	all := startAll(t, w, "1", "2", "3")
	for _, m := range all[1:] {
		m.Interest("v1/s")
		reach(t, all[0], m, event("v1/s", 0, "before"))
	}
	w.isolate("3")
	for _, m := range all {
		<-m.lost
		until(t, func() bool { return !m.Connected() })
	}
	reach(t, all[0], all[1], event("v1/s", 0, "meanwhile"))
	w.heal("3")
	for _, m := range all {
		until(t, m.Connected)
	}
	for _, m := range all[1:] {
		reach(t, all[0], m, event("v1/s", 0, "after"))
	}
}

func TestSetPeersAddsAndRemoves(t *testing.T) {
	w := newNetwork()
	all := startAll(t, w, "1", "2")
	one, two := all[0], all[1]
	three := start(t, w, "3", nil)
	three.setPeers(t, "1", "2", "3")
	one.setPeers(t, "1", "2", "3")
	two.setPeers(t, "1", "2", "3")
	three.Interest("v1/s")
	reach(t, one, three, event("v1/s", 0, "x"))
	reach(t, two, three, event("v1/s", 0, "x"))

	// One side is enough to part: the node that was left out may ask, but is not
	// let in.
	two.setPeers(t, "1", "2")
	until(t, func() bool { return two.Stats().Routes == 1 && two.Connected() })
	until(t, func() bool { return three.Stats().Routes == 1 })
	reach(t, one, three, event("v1/s", 0, "x"))
	two.setPeers(t, "1", "2", "3")
	reach(t, two, three, event("v1/s", 0, "x"))
}

// The node that dials lets the other one go.
func TestSetPeersRemovesWhomItDials(t *testing.T) {
	all := startAll(t, newNetwork(), "1", "2")
	all[1].setPeers(t, "2")
	for _, m := range all {
		until(t, func() bool { return m.Stats().Routes == 0 })
	}
	all[1].setPeers(t, "1", "2")
	all[0].Interest("v1/s")
	reach(t, all[1], all[0], event("v1/s", 0, "x"))
}

func TestPeerStartsAgain(t *testing.T) {
	w := newNetwork()
	all := startAll(t, w, "1", "2", "3")
	all[1].Close()
	again := start(t, w, "2", nil)
	again.setPeers(t, "1", "2", "3")
	again.Interest("v1/s")
	for _, m := range []*member{all[0], all[2]} {
		reach(t, m, again, event("v1/s", 0, "x"))
	}
}

// Nodes of different clusters refuse each other, whatever tunnels there are.
func TestAnotherCluster(t *testing.T) {
	w := newNetwork()
	seen := newLines("does not match")
	one := start(t, w, "1", func(o *natsd.Options) { o.Logger = seen.logger() })
	two := start(t, w, "2", func(o *natsd.Options) { o.Cluster = "c1" })
	one.setPeers(t, "2")
	two.setPeers(t, "1")
	<-seen.found
	if one.Stats().Routes+two.Stats().Routes != 0 {
		t.Error("joined")
	}
}

// A server tells others of the ones that it is joined to, and they dial what
// they hear: an address that leads nowhere. Only tunnels join nodes.
func TestGossipMakesNoRoutes(t *testing.T) {
	w := newNetwork()
	seen := newLines("255.255.255.255:1: connect:")
	note := func(o *natsd.Options) { o.Logger = seen.logger() }
	one, two, three := start(t, w, "1", note), start(t, w, "2", note), start(t, w, "3", note)
	one.setPeers(t, "2", "3")
	two.setPeers(t, "1")
	three.setPeers(t, "1")
	<-seen.found
	until(t, one.Connected)
	for _, m := range []*member{two, three} {
		if n := m.Stats().Routes; n != 1 {
			t.Errorf("node %s has %d routes", m.id, n)
		}
	}
}

// What does not say whose it is gets no answer, and a node that is none of the
// peers neither.
func TestStrangersAreRefused(t *testing.T) {
	w := newNetwork()
	start(t, w, "1", nil).setPeers(t, "0", "2")
	for name, preamble := range map[string]string{
		"no preamble":     "INFO {}\r\n",
		"another version": "\x02\x012",
		"no id":           "\x01\x00",
		"no peer":         "\x01\x013",
		"the node itself": "\x01\x011",
		"a node to dial":  "\x01\x010",
	} {
		t.Run(name, func(t *testing.T) {
			tunnel, err := w.open("x", "1")
			if err != nil {
				t.Fatal(err)
			}
			go tunnel.Write([]byte(preamble))
			if answer, err := io.ReadAll(tunnel); len(answer) > 0 {
				t.Errorf("answer %q, %v", answer, err)
			}
		})
	}
}

// The route's password is in nothing that is logged, nor is anything above debug
// level when peers are away.
func TestLogIsQuietAndKeepsTheSecret(t *testing.T) {
	w := newNetwork()
	seen := newLines("[secret]")
	one := start(t, w, "1", nil)
	two := start(t, w, "2", func(o *natsd.Options) { o.Logger = seen.logger() })
	one.setPeers(t, "2")
	two.setPeers(t, "0", "1")
	until(t, func() bool { return two.Stats().Routes == 1 })
	two.setPeers(t)
	<-seen.found
	if seen.loud.Load() || seen.leaked.Load() {
		t.Errorf("above debug level: %v, with the password: %v", seen.loud.Load(), seen.leaked.Load())
	}
}

// An Open that hangs holds up nobody, and Close ends it.
func TestOpenThatHangs(t *testing.T) {
	w := newNetwork()
	asked := make(chan struct{}, 16)
	two := start(t, w, "2", func(o *natsd.Options) {
		open := o.Open
		o.Open = func(ctx context.Context, peer string) (net.Conn, error) {
			if peer == "0" {
				asked <- struct{}{}
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return open(ctx, peer)
		}
	})
	one := start(t, w, "1", nil)
	one.setPeers(t, "2")
	two.setPeers(t, "0", "1")
	<-asked
	one.Interest("v1/s")
	reach(t, two, one, event("v1/s", 0, "x"))
	two.Close()
}
