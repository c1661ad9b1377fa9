package journal_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"ursula/core/journal"
	"ursula/core/vfs/faultfs"
)

// history is what a test knows of one journal: per group, all payloads that
// were appended, in order, and how many at the front were released.
type history struct {
	mu       sync.Mutex
	appended map[uint32][]string
	released map[uint32]int
	inFlight map[uint32][]string
	places   map[uint32][]journal.Position
	crashes  []crash
}

// crash is a disk after a power cut and what must be found on it.
type crash struct {
	fsys     *faultfs.FS
	after    string
	acked    map[uint32][]string
	released map[uint32]int
	inFlight map[uint32][]string
}

func newHistory() *history {
	return &history{appended: map[uint32][]string{}, released: map[uint32]int{}, places: map[uint32][]journal.Position{}}
}

// crashHere keeps a clone of the disk with what was acknowledged until now.
func (h *history) crashHere(fsys *faultfs.FS, rng *rand.Rand, after string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := crash{fsys: fsys.CrashClone(rng), after: after, acked: map[uint32][]string{}, released: map[uint32]int{}, inFlight: h.inFlight}
	for g, all := range h.appended {
		c.acked[g] = slices.Clip(all)
		c.released[g] = h.released[g]
	}
	h.crashes = append(h.crashes, c)
}

// append writes one batch and notes it, first as perhaps, then as certain.
func (h *history) append(t *testing.T, j *journal.Journal, shard int, records []journal.Record) {
	t.Helper()
	flight := map[uint32][]string{}
	for _, r := range records {
		flight[r.Group] = append(flight[r.Group], string(r.Payload))
	}
	h.mu.Lock()
	h.inFlight = flight
	h.mu.Unlock()
	positions, err := j.Writer(shard).Append(records)
	must(t, err)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inFlight = nil
	for n, r := range records {
		h.appended[r.Group] = append(h.appended[r.Group], string(r.Payload))
		h.places[r.Group] = append(h.places[r.Group], positions[n])
	}
}

// release gives up a group's records but the newest few.
func (h *history) release(j *journal.Journal, group uint32, keep int) {
	h.mu.Lock()
	from, to := h.released[group], max(h.released[group], len(h.appended[group])-keep)
	h.released[group] = to
	places := h.places[group][from:to]
	h.mu.Unlock()
	j.Release(places...)
}

// check opens the crashed disk and compares: of each group a suffix of what was
// appended, with everything that was not released, then all of what was in
// flight or nothing.
func (c crash) check(t *testing.T) (found map[uint32][]string) {
	t.Helper()
	j, found := openAndCollect(t, c.fsys, 2)
	must(t, j.Close())
	flown, grounded := 0, 0
	for g, acked := range c.acked {
		got := found[g]
		if flight := c.inFlight[g]; len(flight) > 0 && hasSuffix(got, flight) {
			got = got[:len(got)-len(flight)]
			flown++
		} else if len(flight) > 0 {
			grounded++
		}
		if !hasSuffix(acked, got) || len(got) < len(acked)-c.released[g] {
			t.Fatalf("crash after %s: group %d has %q, want the end of %q, %d released",
				c.after, g, got, acked, c.released[g])
		}
	}
	if flown > 0 && grounded > 0 {
		t.Fatalf("crash after %s: one Append was torn apart", c.after)
	}
	return found
}

func hasSuffix(all, end []string) bool {
	return len(end) <= len(all) && slices.Equal(all[len(all)-len(end):], end)
}

func openAndCollect(t *testing.T, fsys *faultfs.FS, shards int) (*journal.Journal, map[uint32][]string) {
	t.Helper()
	found := map[uint32][]string{}
	j, err := journal.Open(options(fsys, shards), func(r journal.Record, _ journal.Position) ([]journal.Position, error) {
		found[r.Group] = append(found[r.Group], string(r.Payload))
		return nil, nil
	})
	must(t, err)
	return j, found
}

// workload appends batches over several groups and releases on the way, so
// that segments roll and go.
func workload(t *testing.T, fsys *faultfs.FS, h *history, rng *rand.Rand, rounds int) {
	t.Helper()
	j, _ := openAndCollect(t, fsys, 2)
	for range rounds {
		shard := rng.IntN(2)
		var records []journal.Record
		for range 1 + rng.IntN(4) {
			group := uint32(shard + 2*rng.IntN(3))
			payload := fmt.Sprintf("%d/%x/%0*d", group, rng.Uint64(), rng.IntN(900), 0)
			records = append(records, journal.Record{Group: group, Kind: 1, Payload: []byte(payload)})
		}
		h.append(t, j, shard, records)
		if rng.IntN(4) == 0 {
			h.release(j, records[0].Group, rng.IntN(3))
		}
	}
	must(t, j.Close())
}

func TestCrashAfterEveryOperation(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			crashes := crashEverywhere(t, faultfs.New(), newHistory(), rng, 60, 1)
			if len(crashes) < 150 {
				t.Fatalf("only %d crashes: the workload touches too little", len(crashes))
			}
			for n, c := range crashes {
				found := c.check(t)
				if n%5 == 0 {
					goOnAndCrashAgain(t, c.fsys, found, rng)
				}
			}
		})
	}
}

// crashEverywhere runs a workload and crashes after every nth operation.
func crashEverywhere(t *testing.T, fsys *faultfs.FS, h *history, rng *rand.Rand, rounds, nth int) []crash {
	t.Helper()
	var mu sync.Mutex
	operations, dice := 0, rand.New(rand.NewPCG(rng.Uint64(), 2))
	fsys.Observe(func(op faultfs.Op, name string) {
		mu.Lock()
		defer mu.Unlock()
		operations++
		if operations%nth == 0 {
			h.crashHere(fsys, dice, fmt.Sprintf("operation %d, %s %s", operations, op, name))
		}
	})
	workload(t, fsys, h, rng, rounds)
	fsys.Observe(nil)
	return h.crashes
}

// goOnAndCrashAgain writes on a disk that has crashed once: recovery itself
// runs into the second crash as well.
func goOnAndCrashAgain(t *testing.T, fsys *faultfs.FS, found map[uint32][]string, rng *rand.Rand) {
	t.Helper()
	h := newHistory()
	for g, all := range found {
		h.appended[g] = all
		h.places[g] = make([]journal.Position, len(all)) // of an earlier life: never released here
	}
	for _, c := range crashEverywhere(t, fsys, h, rng, 4, 3) {
		c.check(t)
	}
}
