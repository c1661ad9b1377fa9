package keeper_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// bound is keeper.Options.Outage by default; a round may take some seconds more to
// notice.
const bound = 10 * time.Second

func (w *world) unserved(id string) string { return w.running[id].keeper.Unserved() }

// served says whether a node is ready.
func (w *world) served(id string) func() bool {
	return func() bool { return w.unserved(id) == "" }
}

// A node that is alone serves nothing, which it says after a while, and until others
// are back.
func TestANodeWithoutAMajorityIsNotReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6)
		grow(w)
		w.kill("2")
		w.kill("3")
		time.Sleep(bound - time.Second)
		if why := w.unserved("1"); why != "" {
			t.Errorf("too soon: %s", why)
		}
		time.Sleep(4 * time.Second)
		if why := w.unserved("1"); !strings.HasPrefix(why, "6 of 6 groups have no leader that this node can ask, group 0 for 1") {
			t.Errorf("it says %q", why)
		}
		w.start("3")
		w.await("1 is ready", w.served("1"))
	})
}

// A leader that is known, and that this node cannot ask, is as good as none. The
// others can.
func TestALeaderThatDoesNotAnswerIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6)
		grow(w)
		w.setCut("1", "2", true)
		time.Sleep(bound + 4*time.Second)
		if why := w.unserved("1"); !strings.HasPrefix(why, "2 of 6 groups") || w.running["1"].keeper.UnservedGroups() != 2 {
			t.Errorf("1 says %q", why)
		}
		if why := w.unserved("3"); why != "" {
			t.Errorf("3 says %q", why)
		}
		w.setCut("1", "2", false)
		w.await("1 is ready", w.served("1"))
	})
}

func (w *world) setCut(from, to string, cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut[[2]string{from, to}] = cut
}

// Elections do not make a node unready, however many there are.
func TestAnElectionIsNoOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6)
		grow(w)
		for range 10 {
			w.lead("", "", "", "", "", "")
			for range 3 {
				time.Sleep(time.Second)
				if why := w.unserved("1") + w.unserved("2"); why != "" {
					t.Fatal(why)
				}
			}
			w.lead("1", "2", "3", "1", "2", "3")
			time.Sleep(2 * time.Second)
		}
	})
}
