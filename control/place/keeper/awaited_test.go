package keeper_test

import (
	"testing"
	"testing/synctest"
	"time"

	"ursula/control/member"
)

// A node whose disk was given up, and that runs on, answers to its name. It must not
// be taken for the empty one that is to come: a group that counts on the old disk
// would count on the new one after that, which has promised nothing.
func TestTheOldDiskDoesNotTakeThePlaceOfTheNewOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 4)
		grow(w)
		w.command(func(r member.Roster) (member.Roster, error) {
			return r.Replace("2", member.Peer{ID: "2", Address: address("2")}, time.Now())
		})
		place := func() member.Member {
			w.mu.Lock()
			defer w.mu.Unlock()
			m, _ := w.roster.Find("2")
			return m
		}
		w.await("a place for the new disk", func() bool { m, _ := w.roster.Find("2"); return m.State == member.Joining })
		time.Sleep(time.Minute)
		if m := place(); m.State != member.Joining || m.Disk != "" || w.holds("2") {
			t.Errorf("the old disk took the place: %+v\n%s", m, w.describe())
		}
		w.command(join("2"))
		w.await("the new disk as node 2", w.settled("1", "2", "3"))
	})
}
