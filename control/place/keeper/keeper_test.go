package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ursula/control/member"
	"ursula/control/place/keeper"
)

func add(id string) func(member.Roster) (member.Roster, error) {
	return func(r member.Roster) (member.Roster, error) {
		r, err := r.Add(member.Peer{ID: id, Address: address(id)}, time.Now())
		if err != nil {
			return r, err
		}
		return join(id)(r)
	}
}

// join has a node say with which disk it comes, as its own start would do
// (member.Decide).
func join(id string) func(member.Roster) (member.Roster, error) {
	return func(r member.Roster) (member.Roster, error) {
		return r.Join(member.Peer{ID: id, Address: address(id)}, fmt.Sprintf("disk-%s-of-%d", id, r.Version))
	}
}

func grow(w *world) {
	w.start("1")
	w.await("the first roster", w.settled("1"))
	for _, id := range []string{"2", "3"} {
		w.start(id)
		w.command(add(id))
	}
	w.await("three nodes", w.settled("1", "2", "3"))
}

func remove(w *world) {
	grow(w)
	w.command(func(r member.Roster) (member.Roster, error) { return r.Remove("1", time.Now()) })
	w.await("two nodes", w.settled("2", "3"))
}

func replaceDead(w *world) {
	grow(w)
	w.kill("2")
	w.start("4")
	w.command(func(r member.Roster) (member.Roster, error) {
		return r.Replace("2", member.Peer{ID: "4", Address: address("4")}, time.Now())
	})
	w.command(join("4"))
	w.await("4 in the place of 2", w.settled("1", "3", "4"))
}

// replaceDisk starts node 2 with an empty disk as soon as it may join.
func replaceDisk(w *world) {
	grow(w)
	w.kill("2")
	w.command(func(r member.Roster) (member.Roster, error) {
		return r.Replace("2", member.Peer{ID: "2", Address: address("2")}, time.Now())
	})
	w.await("the old disk out of the way", func() bool {
		m, _ := w.roster.Find("2")
		return m.State == member.Joining
	})
	w.start("2")
	w.command(join("2"))
	w.await("an empty disk as node 2", w.settled("1", "2", "3"))
}

// drainWhileOneDies has a node hand over while another dies and comes back.
func drainWhileOneDies(w *world) {
	grow(w)
	w.command(func(r member.Roster) (member.Roster, error) { return r.Drain("1", time.Now()) })
	w.kill("3")
	w.await("2 alone leads", w.leads("2"))
	w.start("3")
	w.await("2 and 3 lead", w.leads("2", "3"))
	w.command(func(r member.Roster) (member.Roster, error) { return r.Undrain("1", time.Now()) })
	w.await("all lead", w.settled("1", "2", "3"))
}

// leads says that exactly these nodes lead.
func (w *world) leads(ids ...string) func() bool {
	return func() bool {
		var found []string
		for _, g := range w.groups {
			if !slices.Contains(found, g.leader) {
				found = append(found, g.leader)
			}
		}
		slices.Sort(found)
		return slices.Equal(found, ids)
	}
}

func stories() map[string]func(*world) {
	return map[string]func(*world){
		"grow": grow, "remove": remove, "replace a dead node": replaceDead, "replace a disk": replaceDisk,
		"drain while another dies": drainWhileOneDies,
	}
}

func TestTheClusterBecomesWhatTheRosterWants(t *testing.T) {
	for name, story := range stories() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { story(newWorld(t, 40)) })
		})
	}
}

// Each story is told again with a crash of the node that makes the first change,
// before or after it has taken effect, then of the one that makes the second, and
// so on. It ends the same.
func TestAKeeperMayCrashAtEachStep(t *testing.T) {
	for name, story := range stories() {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, late=%v", name, late), func(t *testing.T) {
				for at, crashed := 1, true; crashed && !t.Failed(); at++ {
					synctest.Test(t, func(t *testing.T) {
						w := newWorld(t, 2)
						w.crashAt, w.late = at, late
						story(w)
						crashed = w.count() >= at
					})
				}
			})
		}
	}
}

func TestAnUnfitNodeStopsLeading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6)
		grow(w)
		w.mu.Lock()
		w.unfit["2"] = "disk is full"
		w.mu.Unlock()
		w.await("1 and 3 lead", w.leads("1", "3"))
		w.await("3 says so", func() bool {
			m, _ := w.running["3"].keeper.Status().Member("2")
			return m.Unfit == "disk is full" && m.Leads == 0
		})
	})
}

func TestANodeThatStopsHandsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6)
		w.start("1")
		w.await("the first roster", w.settled("1"))
		if err := w.running["1"].keeper.StepDown(t.Context()); !errors.Is(err, keeper.ErrNoHeir) {
			t.Errorf("alone: %v", err)
		}
		w.kill("1")
		grow(w)
		if err := w.running["2"].keeper.StepDown(t.Context()); err != nil {
			t.Error(err)
		}
		w.await("1 and 3 lead", w.leads("1", "3"))
		w.kill("1")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		w.await("3 leads", w.leads("3"))
		if err := w.running["3"].keeper.StepDown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with nobody who could take over: %v", err)
		}
	})
}
