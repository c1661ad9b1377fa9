package keeper_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"ursula/control/member"
	"ursula/control/place/keeper"
)

// staleRoster is an old roster, without node 3.
type staleRoster struct{ port }

func (s staleRoster) Roster() member.Roster {
	r := s.port.Roster()
	r.Version, r.Members = 1, r.Members[:2]
	return r
}

// sit puts a keeper that is run by the test, or not at all, in a node's place.
func (w *world) sit(id string, r keeper.Roster) *keeper.Keeper {
	p := port{w, id}
	k := keeper.New(keeper.Options{Self: id, Roster: r, Groups: p, Peers: p})
	ended := make(chan struct{})
	close(ended)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running[id] = &process{keeper: k, stop: func() {}, ended: ended}
	return k
}

// standstill is three nodes that have grown into a cluster and stopped.
func standstill(t *testing.T) *world {
	w := newWorld(t, 2)
	grow(w)
	for _, id := range []string{"1", "2", "3"} {
		w.kill(id)
	}
	return w
}

func (w *world) lead(leaders ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, id := range leaders {
		w.groups[i].leader = id
	}
}

func runFor(t *testing.T, k *keeper.Keeper, d time.Duration) {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	k.Run(ctx)
}

// A node that has not heard of the newest roster does nothing, or it would remove
// whom others have added.
func TestAnOldRosterIsNotActedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := standstill(t)
		k := w.sit("1", staleRoster{port{w, "1"}})
		w.sit("2", port{w, "2"}) // knows the newest
		w.lead("1", "1")
		before := w.count()
		runFor(t, k, 10*time.Second)
		if changes := w.count() - before; changes > 0 {
			t.Errorf("%d changes\n%s", changes, w.describe())
		}
	})
}

// Nobody has left for good while somebody leads by a roster that wants him.
func TestWhoLeftIsForgottenWhenAllLeadersKnow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := standstill(t)
		w.command(func(r member.Roster) (member.Roster, error) { return r.Remove("3", time.Now()) })
		for _, g := range w.groups {
			g.voters = []string{"1", "2"}
		}
		k := w.sit("1", port{w, "1"})
		w.sit("2", staleRoster{port{w, "2"}})
		w.lead("1", "2")
		runFor(t, k, 10*time.Second)
		if _, there := w.roster.Find("3"); !there {
			t.Error("node 3 was forgotten too soon")
		}
		w.sit("2", port{w, "2"})
		runFor(t, k, 10*time.Second)
		if _, there := w.roster.Find("3"); there {
			t.Error("node 3 was never forgotten")
		}
	})
}
