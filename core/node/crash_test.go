package node

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"ursula/core/vfs/faultfs"
)

// life is one process's time on a disk, from Open to a power cut.
type life struct {
	mu      sync.Mutex
	started int
	done    int

	crashAt  int // counted in operations on the disk
	seen     int
	disk     *faultfs.FS // as the power cut left it
	certain  int         // steps that were acknowledged before
	possible int         // steps that had begun
}

func (l *life) begin() { l.count(&l.started) }
func (l *life) end()   { l.count(&l.done) }

func (l *life) count(n *int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*n++
}

func (l *life) crashed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.disk != nil
}

// observe cuts the power after operation crashAt. What was acknowledged before
// must be there afterwards; what had begun may be.
func (l *life) observe(fs *faultfs.FS, rng *rand.Rand) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen++; l.seen == l.crashAt {
		l.certain = l.done
		l.disk = fs.CrashClone(rng)
		l.possible = l.started
	}
}

// Seeded workloads lose power again and again at any operation on the disk, and
// come back with another number of shards. Afterwards everything acknowledged is
// there once and in order, what had begun is there or not, producers that send
// again get told, and at the very end nothing is left behind.
func TestPowerCuts(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { cutPower(t, seed) })
		})
	}
}

func cutPower(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 2))
	w, m, disk := newWorkload(rng), newModel(), faultfs.New()
	var history []step
	for round := range 10 {
		o := small(t, disk, RaftWAL)
		o.Shards = 1 + rng.IntN(3)
		n := open(t, o)
		settled()
		m = reconcile(t, n, w, m, history)
		if t.Failed() {
			t.Fatalf("seed %d, round %d", seed, round)
		}
		var l *life
		history, l = live(t, n, w, m.clone(), disk, 1+rng.IntN(300))
		closeNode(t, n)
		for _, s := range history[:l.certain] {
			s.apply(m)
		}
		disk, history = l.disk, history[l.certain:l.possible]
	}
	n := open(t, small(t, disk, RaftWAL))
	settled()
	m = reconcile(t, n, w, m, history)
	for _, name := range m.live() {
		mustDelete(t, n, name)
	}
	wantEmpty(t, n)
	closeNode(t, n)
}

// live runs steps until the power is cut.
func live(t *testing.T, n *Node, w *workload, m *model, disk *faultfs.FS, crashAt int) ([]step, *life) {
	l := &life{crashAt: crashAt}
	rng := rand.New(rand.NewPCG(w.rng.Uint64(), 3))
	disk.Observe(func(faultfs.Op, string) { l.observe(disk, rng) })
	var history []step
	for !l.crashed() {
		s := w.draw(m)
		history = append(history, s)
		l.begin()
		s.run(t, n)
		l.end()
		s.apply(m)
		if t.Failed() {
			t.Fatalf("step %s", s.what)
		}
	}
	return history, l
}

// reconcile finds out how many of the doubtful steps happened, and returns the
// model after those.
func reconcile(t *testing.T, n *Node, w *workload, m *model, doubtful []step) *model {
	t.Helper()
	var reasons []error
	for happened := 0; ; happened++ {
		err := m.differs(t, n, w.names)
		if err == nil {
			sendAgain(t, n, doubtful[:happened])
			return m
		}
		reasons = append(reasons, err)
		if happened == len(doubtful) {
			t.Errorf("nothing that can have happened explains the state: %v; in doubt: %v", reasons, slices.Collect(whats(doubtful)))
			return m
		}
		doubtful[happened].apply(m)
	}
}

func whats(steps []step) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, s := range steps {
			if !yield(s.what) {
				return
			}
		}
	}
}

// sendAgain plays a producer that never got its answer.
func sendAgain(t *testing.T, n *Node, happened []step) {
	t.Helper()
	if len(happened) == 0 || happened[len(happened)-1].again == nil {
		return
	}
	c := *happened[len(happened)-1].again
	if r := mustAppend(t, n, &c); !r.Duplicate {
		t.Errorf("an append to %s that was sent again was taken again", c.Name)
	}
}
