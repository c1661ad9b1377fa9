package cold_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

func TestGarbageWaitsForItsReaders(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, g *fakeGroup) {
		fill(g, 1, 290_000)
		defer n.run(t)()
		synctest.Wait()
		before := n.objects(t)
		early, late := n.reader.Pin(g.id), n.reader.Pin(g.id)
		g.delete("v1/s0")
		n.flusher.Kick()
		synctest.Wait()
		newcomer := n.reader.Pin(g.id) // began after: holds nothing back
		defer newcomer.Release()
		early.Release()
		synctest.Wait()
		if got := n.objects(t); len(before) == 0 || !slices.Equal(got, before) {
			t.Fatalf("objects %x became %x under a reader", before, got)
		}
		late.Release()
		synctest.Wait()
		if got := n.objects(t); len(got) != 0 || len(g.Garbage()) != 0 {
			t.Fatalf("left: objects %x, garbage %x", got, g.Garbage())
		}
	})
}

func TestGarbageOfAnotherGroupDoesNotWait(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, g *fakeGroup) {
		fill(g, 1, 290_000)
		defer n.run(t)()
		pin := n.reader.Pin(g.id + 1)
		defer pin.Release()
		g.delete("v1/s0")
		n.flusher.Kick()
		synctest.Wait()
		if got := n.objects(t); len(got) != 0 {
			t.Fatalf("left: %x", got)
		}
	})
}

// TestDeletingHelpsAFullDisk pins that a failing Put does not keep garbage from
// being deleted: on a full disk that is the way out.
func TestDeletingHelpsAFullDisk(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, g *fakeGroup) {
		fill(g, 1, 290_000)
		defer n.run(t)()
		synctest.Wait()
		n.disk.SetFree(0)
		for i := range 250 {
			g.append("v1/other", record(i, 1000))
		}
		synctest.Wait()
		if n.flusher.Stats().PutFailures == 0 {
			t.Fatal("the disk is not full")
		}
		g.delete("v1/s0")
		n.flusher.Kick()
		synctest.Wait()
		if g.Unflushed() > testMarks.Flush {
			t.Fatalf("unflushed %d, %+v", g.Unflushed(), n.flusher.Stats())
		}
		n.checkAll(t, g)
	})
}

func TestFailedDeleteIsTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T, n *node, g *fakeGroup) {
		fill(g, 1, 290_000)
		defer n.run(t)()
		synctest.Wait()
		n.disk.Inject(faultfs.Rule{Op: faultfs.OpRemove, Nth: 1, Err: errFault})
		g.delete("v1/s0")
		n.flusher.Kick()
		synctest.Wait()
		if n.flusher.Stats().SweepFailures != 1 || len(g.Garbage()) == 0 {
			t.Fatalf("garbage %x, %+v", g.Garbage(), n.flusher.Stats())
		}
		n.flusher.Retry()
		synctest.Wait()
		if got := n.objects(t); len(got) != 0 || len(g.Garbage()) != 0 {
			t.Fatalf("left: objects %x, garbage %x", got, g.Garbage())
		}
	})
}

// TestReadersRaceTheSweep reads streams that are being flushed, deleted and
// made anew. A reader that pins before it plans never misses an object.
func TestReadersRaceTheSweep(t *testing.T) {
	n := newNode(t, faultfs.New())
	g := newFakeGroup(1, n.budget)
	n.flusher.Add(g)
	defer n.run(t)()
	written := make(chan struct{})
	var readers sync.WaitGroup
	for r := range 4 {
		readers.Go(func() { readUntil(t, n, g, r, written) })
	}
	for i := range 2000 {
		name := stream.Name(fmt.Sprintf("v1/s%d", i/40%5))
		g.append(name, record(i, 1500))
		if i%40 == 39 && i > 400 {
			g.delete(name)
			n.flusher.Kick()
		}
	}
	close(written)
	readers.Wait()
}

func readUntil(t *testing.T, n *node, g *fakeGroup, seed int, done <-chan struct{}) {
	for i := seed; ; i++ {
		select {
		case <-done:
			return
		default:
		}
		from := uint64(i * 977 % 30_000)
		if err := n.check(t.Context(), g, stream.Name(fmt.Sprintf("v1/s%d", i%5)), from, from+20_000); err != nil {
			t.Error(err)
			return
		}
	}
}
