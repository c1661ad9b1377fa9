package wal_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/raft"

	"ursula/core/vfs/faultfs"
	"ursula/core/wal"
)

// groupModel is what one group's log and stable store should hold.
type groupModel struct {
	first   uint64
	entries []string
	stable  map[string]string
}

func (m groupModel) clone() groupModel {
	return groupModel{m.first, slices.Clone(m.entries), maps.Clone(m.stable)}
}

func (m groupModel) last() uint64 { return m.first + uint64(len(m.entries)) - 1 }

// String writes everything down, to be compared with what a set holds.
func (m groupModel) String() string {
	var b strings.Builder
	for n, data := range m.entries {
		fmt.Fprintf(&b, "%d=%s ", m.first+uint64(n), data)
	}
	for _, key := range slices.Sorted(maps.Keys(m.stable)) {
		fmt.Fprintf(&b, "%s=%s ", key, m.stable[key])
	}
	return b.String()
}

// render writes a log down as groupModel.String does.
func render(t *testing.T, l *wal.Log) string {
	t.Helper()
	m := groupModel{stable: map[string]string{}}
	m.first, _ = l.FirstIndex()
	last, _ := l.LastIndex()
	for i := m.first; i <= last && i > 0; i++ {
		var e raft.Log
		must(t, l.GetLog(i, &e))
		m.entries = append(m.entries, string(e.Data))
	}
	for _, key := range []string{"term", "vote"} {
		if v, err := l.Get([]byte(key)); err == nil {
			m.stable[key] = string(v)
		}
	}
	return m.String()
}

// ledger is what a test knows: the state before and after the change under way.
type ledger struct {
	mu      sync.Mutex
	groups  map[uint32]groupModel
	group   uint32
	after   groupModel // of group, if the change takes effect
	crashes []crash
}

type crash struct {
	fsys    *faultfs.FS
	when    string
	want    map[uint32]string
	group   uint32
	perhaps string
}

func newLedger(groups uint32) *ledger {
	d := &ledger{groups: map[uint32]groupModel{}}
	for g := range groups {
		d.groups[g] = groupModel{first: 1, stable: map[string]string{}}
	}
	d.after = d.groups[0]
	return d
}

func (d *ledger) crashHere(fsys *faultfs.FS, rng *rand.Rand, when string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := crash{fsys: fsys.CrashClone(rng), when: when, want: map[uint32]string{}, group: d.group, perhaps: d.after.String()}
	for g, m := range d.groups {
		c.want[g] = m.String()
	}
	d.crashes = append(d.crashes, c)
}

// change does something to one group, first as perhaps and then as certain.
func (d *ledger) change(t *testing.T, g uint32, after groupModel, do func() error) {
	t.Helper()
	d.mu.Lock()
	d.group, d.after = g, after
	d.mu.Unlock()
	must(t, do())
	d.mu.Lock()
	defer d.mu.Unlock()
	d.groups[g] = after
}

// check reopens with another number of shards. Without a crash in between a
// second time must give the same.
func (c crash) check(t *testing.T, shards int) {
	t.Helper()
	var settled string
	for round := range 2 {
		s := open(t, c.fsys, shards+round)
		for g, want := range c.want {
			got := render(t, s.Log(g))
			if g == c.group && round == 0 {
				settled = got
				if got != want && got != c.perhaps {
					t.Fatalf("crash after %s: group %d holds\n%s\nwant\n%s\nor\n%s", c.when, g, got, want, c.perhaps)
				}
				continue
			}
			if g == c.group {
				want = settled
			}
			if got != want {
				t.Fatalf("crash after %s, start %d: group %d holds\n%s\nwant\n%s", c.when, round, g, got, want)
			}
		}
		must(t, s.Close())
	}
}

func TestCrashAfterEveryOperation(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 9))
			fsys, d := faultfs.New(), newLedger(4)
			for _, shards := range []int{1, 3, 2} {
				crashEverywhere(t, fsys, d, rng, shards)
			}
			if len(d.crashes) < 300 {
				t.Fatalf("only %d crashes: the workload touches too little", len(d.crashes))
			}
			for n, c := range d.crashes {
				c.check(t, 1+n%3)
			}
		})
	}
}

func crashEverywhere(t *testing.T, fsys *faultfs.FS, d *ledger, rng *rand.Rand, shards int) {
	t.Helper()
	var mu sync.Mutex
	operations, dice := 0, rand.New(rand.NewPCG(rng.Uint64(), 2))
	fsys.Observe(func(op faultfs.Op, name string) {
		mu.Lock()
		defer mu.Unlock()
		operations++
		d.crashHere(fsys, dice, fmt.Sprintf("%s %s, operation %d of %d shards", op, name, operations, shards))
	})
	defer fsys.Observe(nil)
	s := open(t, fsys, shards)
	for range 50 {
		step(t, s, d, rng)
	}
	must(t, s.Close())
}

// step makes one random change to one random group.
func step(t *testing.T, s *wal.Set, d *ledger, rng *rand.Rand) {
	t.Helper()
	g := uint32(rng.IntN(4))
	l, m := s.Log(g), d.groups[g].clone()
	switch rng.IntN(9) {
	case 0:
		value := fmt.Sprint(rng.Uint64())
		m.stable["vote"] = value
		d.change(t, g, m, func() error { return l.Set([]byte("vote"), []byte(value)) })
	case 1:
		truncateSome(t, l, d, g, m, rng)
	case 2, 3:
		compactSome(t, l, d, g, m, rng)
	case 4:
		all := s.Segments()
		d.change(t, g, m, func() error {
			_, err := s.MoveForward(all[rng.IntN(len(all))].Number)
			return err
		})
	default:
		storeSome(t, l, d, g, m, rng)
	}
}

func storeSome(t *testing.T, l *wal.Log, d *ledger, g uint32, m groupModel, rng *rand.Rand) {
	t.Helper()
	if len(m.entries) == 0 {
		m.first += uint64(rng.IntN(3)) // as after a snapshot from the leader
	}
	var batch []*raft.Log
	for range 1 + rng.IntN(6) {
		data := fmt.Sprintf("%x.%0*d", rng.Uint64(), rng.IntN(600), 0)
		m.entries = append(m.entries, data)
		batch = append(batch, &raft.Log{Index: m.last(), Term: 2, Data: []byte(data)})
	}
	d.change(t, g, m, func() error { return l.StoreLogs(batch) })
}

func truncateSome(t *testing.T, l *wal.Log, d *ledger, g uint32, m groupModel, rng *rand.Rand) {
	t.Helper()
	if len(m.entries) == 0 {
		return
	}
	keep, last := rng.IntN(len(m.entries)), m.last()
	m.entries = m.entries[:keep]
	from := m.first + uint64(keep)
	d.change(t, g, m, func() error { return l.DeleteRange(from, last) })
}

func compactSome(t *testing.T, l *wal.Log, d *ledger, g uint32, m groupModel, rng *rand.Rand) {
	t.Helper()
	n := rng.IntN(len(m.entries) + 1)
	to := m.first + uint64(n)
	first := m.first
	m.entries, m.first = m.entries[n:], to
	d.change(t, g, m, func() error { return l.DeleteRange(first, to-1) })
}
