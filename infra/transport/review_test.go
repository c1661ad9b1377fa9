package transport_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"ursula/infra/transport"
)

// TestWhoIsNotAdmittedAnyMore: the place of a peer that is connected is given to
// another disk, at the same address. Its connections end in both directions, those of
// others go on, and when it may come again it does.
func TestWhoIsNotAdmittedAnyMore(t *testing.T) {
	var refuse atomic.Bool
	one := onTCP(t, "1", func(o *transport.Options) {
		o.Admit = func(peer transport.Identity, _ transport.Class) error {
			if refuse.Load() && peer.Disk == "d2" {
				return errors.New("another disk is awaited")
			}
			return nil
		}
	})
	two, three := onTCP(t, "2"), onTCP(t, "3")
	echoing(one)
	acquaint(one, two, three)
	await(t, true, one, two, three)
	since := func(n *node, id string) (all []string) {
		for _, p := range n.Peers() {
			for _, l := range p.Links {
				if p.ID == id {
					all = append(all, l.Since.String())
				}
			}
		}
		return all
	}
	before := since(three, "1")

	refuse.Store(true)
	one.SetPeers(map[string]string{"2": two.address, "3": three.address})
	two.SetPeers(map[string]string{"1": one.address}) // awaitThat looks at all peers
	awaitThat(t, two, func(l transport.LinkStatus) bool {
		return !l.Connected && l.LastError != nil && strings.Contains(l.LastError.Error(), "another disk is awaited")
	})
	if _, err := one.Call(t.Context(), "2", echo); !errors.Is(err, transport.ErrRefused) {
		t.Errorf("who gave the place away calls the old disk: %v", err)
	}
	if _, err := two.Call(t.Context(), "1", echo); !errors.Is(err, transport.ErrRefused) {
		t.Errorf("the old disk calls: %v", err)
	}
	if after := since(three, "1"); strings.Join(after, " ") != strings.Join(before, " ") {
		t.Errorf("another peer's connections: %v, before %v", after, before)
	}

	refuse.Store(false)
	await(t, true, one, two)
}
