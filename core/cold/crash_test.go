package cold_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// snapshot is the disk and the log at one moment of a flush.
type snapshot struct {
	when  string
	disk  *faultfs.FS
	group *fakeGroup
}

// TestCrashAtEveryStep cuts the power at each operation on the disk, and around
// each commit, while streams are flushed and deleted. After a restart every
// byte is in the log or in an object, and once the new leader has swept, the
// bucket holds exactly the objects that the state knows.
func TestCrashAtEveryStep(t *testing.T) {
	var all []snapshot
	bubble(t, func(t *testing.T, n *node, g *fakeGroup) { all = crashWorkload(t, n, g) })
	for i, s := range all {
		t.Run(fmt.Sprintf("%d %s", i, s.when), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { checkRestart(t, s) })
		})
	}
}

func crashWorkload(t *testing.T, n *node, g *fakeGroup) []snapshot {
	var all []snapshot
	take := func(when string) {
		for seed := range uint64(2) {
			clone := n.disk.CrashClone(rand.New(rand.NewPCG(seed, uint64(len(all)))))
			all = append(all, snapshot{when, clone, g.crashed()})
		}
	}
	n.disk.Observe(func(op faultfs.Op, name string) { take(string(op) + " " + name) })
	g.outcome = func(f stream.Flush) (bool, error) {
		take("before commit")
		g.apply(f)
		take("after commit")
		return false, nil
	}
	fill(g, 3, 450_000)
	n.settled(t)
	g.delete("v1/s1")
	g.delete("v1/s0")
	n.settled(t)
	n.disk.Observe(nil)
	if len(all) < 50 || n.flusher.Stats().Deleted == 0 {
		t.Fatalf("%d moments, %+v", len(all), n.flusher.Stats())
	}
	return all
}

func checkRestart(t *testing.T, s snapshot) {
	n, g := newNode(t, s.disk), s.group
	g.restart(n.budget)
	n.checkAll(t, g)
	n.flusher.Add(g)
	n.settled(t)
	n.checkAll(t, g)
	var known []uint64
	for object := range g.objects {
		known = append(known, object)
	}
	slices.Sort(known)
	if found := n.objects(t); !slices.Equal(found, known) {
		t.Fatalf("bucket holds %x, state knows %x", found, known)
	}
}

// TestPerhapsKeepsTheObject fails commits whose entry was applied, and commits
// whose entry was not. Neither object may be deleted in this term: from where
// the flusher stands they look the same.
func TestPerhapsKeepsTheObject(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, g *fakeGroup) {
		applied := []bool{true, false}
		var perhaps []uint64
		g.outcome = func(f stream.Flush) (bool, error) {
			if len(applied) == 0 {
				return true, nil
			}
			now := applied[0]
			applied, perhaps = applied[1:], append(perhaps, f.Object)
			return now, errFault
		}
		fill(g, 2, 400_000)
		stop := n.run(t)
		for range 3 {
			synctest.Wait()
			n.flusher.Retry()
		}
		synctest.Wait()
		stop()
		checkPerhaps(t, n, g, perhaps)
	})
}

func checkPerhaps(t *testing.T, n *node, g *fakeGroup, perhaps []uint64) {
	if len(perhaps) != 2 || g.Unflushed() > testMarks.Flush {
		t.Fatalf("ambiguous: %x, unflushed %d", perhaps, g.Unflushed())
	}
	for _, object := range perhaps {
		if !slices.Contains(n.objects(t), object) {
			t.Fatalf("object %x is gone", object)
		}
	}
	n.checkAll(t, g)
	g.lead(true) // in the next term it is certain
	n.flusher.Remove(g.id)
	n.settled(t)
	n.flusher.Add(g) // seen as newly led
	n.settled(t)
	if left := n.objects(t); !slices.Contains(left, perhaps[0]) || slices.Contains(left, perhaps[1]) {
		t.Fatalf("perhaps %x, left %x", perhaps, left)
	}
	n.checkAll(t, g)
}
