package keeper_test

import (
	"testing"
	"testing/synctest"

	"ursula/control/member"
	"ursula/control/place"
)

// A newcomer that cannot get an object stays a learner, and the status says why.
func TestANewcomerWaitsForTheColdObjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6)
		grow(w)
		w.setLost("4", place.Cold{Missing: 1})
		w.start("4")
		w.command(add("4"))
		w.await("4 learns everywhere", func() bool {
			m, _ := w.running["1"].keeper.Status().Member("4")
			return m.Learns == 6 && m.CaughtUp == 6 && m.Cold.String() == "lacks 1 cold object"
		})
		w.mu.Lock()
		for i, g := range w.groups {
			if len(g.voters) != 3 {
				t.Errorf("group %d has the voters %v", i, g.voters)
			}
		}
		w.mu.Unlock()
		w.setLost("4", place.Cold{})
		w.await("four nodes", w.settled("1", "2", "3", "4"))
	})
}

// What no member has keeps nobody from being replaced, and is told.
func TestADeadNodeIsReplacedThoughAnObjectIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6)
		for _, id := range []string{"1", "3", "4"} {
			w.setLost(id, place.Cold{Missing: 1, Lost: 1})
		}
		replaceDead(w)
		m, _ := w.running["1"].keeper.Status().Member("4")
		if m.State != member.Active || m.Cold.String() != "no member has 1 cold object" {
			t.Errorf("%+v", m)
		}
	})
}

func (w *world) setLost(id string, c place.Cold) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost[id] = c
}
