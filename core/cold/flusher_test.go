package cold_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/cold"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

func TestNothingIsFlushedBelowTheMark(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, g *fakeGroup) {
		fill(g, 3, int(testMarks.Flush))
		n.settled(t)
		if got := n.flusher.Stats(); got != (cold.FlushStats{}) {
			t.Fatalf("the flusher did %+v", got)
		}
	})
}

func TestMarksHoldWhileBytesArrive(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, g *fakeGroup) {
		stop := n.run(t)
		for range 40 {
			fill(g, 7, 50_000)
			synctest.Wait()
			if g.Unflushed() > testMarks.Flush || n.budget.Hot() > testMarks.Shed {
				t.Fatalf("unflushed %d, hot %d", g.Unflushed(), n.budget.Hot())
			}
		}
		stop()
		n.checkAll(t, g)
		stats := n.flusher.Stats()
		if stats.StreamBytes < 1_700_000 || stats.Objects != int64(len(n.objects(t))) || stats.ShedBytes == 0 {
			t.Fatalf("stats are %+v", stats)
		}
		if average := stats.StreamBytes / stats.Objects; average < 90_000 {
			t.Fatalf("objects hold only %d bytes on average", average)
		}
	})
}

func TestTheFullestLeadingGroupIsFlushed(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, small *fakeGroup) {
		large, foreign := newFakeGroup(2, n.budget), newFakeGroup(3, n.budget)
		n.flusher.Add(large)
		n.flusher.Add(foreign)
		foreign.lead(false)
		fill(small, 1, 30_000)
		fill(large, 1, 60_000)
		fill(foreign, 1, 150_000)
		n.settled(t)
		if small.Unflushed() == 0 || large.Unflushed() != 0 || foreign.Unflushed() != 150_000 {
			t.Fatalf("unflushed: %d, %d, %d", small.Unflushed(), large.Unflushed(), foreign.Unflushed())
		}
	})
}

// TestLeadershipStartsFlushing is told of it by a Kick, or finds out beyond the
// reject mark, where nothing else would wake it.
func TestLeadershipStartsFlushing(t *testing.T) {
	for name, notice := range map[string]func(*node){
		"kick":   func(n *node) { n.flusher.Kick() },
		"untold": func(*node) { time.Sleep(31 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, g *fakeGroup) {
				g.lead(false)
				fill(g, 2, 600_000)
				defer n.run(t)()
				synctest.Wait()
				if got := n.flusher.Stats().Objects; got != 0 {
					t.Fatalf("a follower flushed %d objects", got)
				}
				g.lead(true)
				notice(n)
				synctest.Wait()
				if g.Unflushed() > testMarks.Flush || n.budget.Hot() > testMarks.Shed {
					t.Fatalf("unflushed %d, hot %d", g.Unflushed(), n.budget.Hot())
				}
			})
		})
	}
}

// TestFullDiskLosesNothing fills the disk, then memory up to the reject mark,
// and gives space back: once noticed by a pause that ends, once by Retry.
func TestFullDiskLosesNothing(t *testing.T) {
	for name, recover := range map[string]func(*node){
		"pause": func(*node) { time.Sleep(31 * time.Second) },
		"retry": func(n *node) { n.flusher.Retry() },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *node, g *fakeGroup) {
				n.disk.SetFree(150_000)
				defer n.run(t)()
				for i := 0; n.budget.Admit(1000) == nil; i++ {
					g.append("v1/s", record(i, 1000))
					synctest.Wait()
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				if err := n.budget.Admit(1000); !errors.Is(err, cold.ErrOverBudget) {
					t.Fatalf("Admit on a full disk = %v", err)
				}
				n.checkAll(t, g)
				n.disk.SetFree(-1)
				recover(n)
				synctest.Wait()
				if err := n.budget.Admit(1000); err != nil {
					t.Fatalf("Admit after recovery = %v", err)
				}
				n.checkAll(t, g)
			})
		})
	}
}

// TestFailuresAreSpacedOut pins the number of attempts in an hour of failure.
func TestFailuresAreSpacedOut(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, g *fakeGroup) {
		n.disk.Inject(faultfs.Rule{Op: faultfs.OpSync, Err: errFault})
		defer n.run(t)()
		fill(g, 1, 250_000)
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := n.flusher.Stats().PutFailures; got < 100 || got > 130 {
			t.Fatalf("%d attempts in an hour", got)
		}
		if left := n.objects(t); len(left) != 0 {
			t.Fatalf("failed puts left %x", left)
		}
	})
}

// TestGroupThatCannotCommitDoesNotStopOthers has one group without a quorum.
func TestGroupThatCannotCommitDoesNotStopOthers(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, stuck *fakeGroup) {
		other := newFakeGroup(2, n.budget)
		n.flusher.Add(other)
		stuck.outcome = func(stream.Flush) (bool, error) { return false, errFault }
		fill(stuck, 2, 150_000)
		fill(other, 2, 140_000)
		n.settled(t)
		if other.Unflushed() != 40_000 || stuck.Unflushed() != 150_000 {
			t.Fatalf("unflushed: stuck %d, other %d", stuck.Unflushed(), other.Unflushed())
		}
	})
}
