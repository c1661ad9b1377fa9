package wal_test

import (
	"testing"

	"github.com/hashicorp/raft"
	"pgregory.net/rapid"

	"ursula/core/vfs/faultfs"
	"ursula/core/wal"
)

// TestLogBehavesLikeRaftsOwn runs random calls against a log and against
// raft.InmemStore, with restarts on the way, and compares every answer.
func TestLogBehavesLikeRaftsOwn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := &machine{fsys: faultfs.New(), model: raft.NewInmemStore(), next: 1}
		m.reopen(r)
		r.Repeat(map[string]func(*rapid.T){
			"":         m.compare,
			"store":    m.store,
			"truncate": m.truncate,
			"compact":  m.compact,
			"set":      m.setValue,
			"move":     m.moveForward,
			"reopen":   m.restart,
		})
		if err := m.set.Close(); err != nil {
			r.Fatal(err)
		}
	})
}

type machine struct {
	fsys  *faultfs.FS
	set   *wal.Set
	model *raft.InmemStore
	next  uint64
}

func (m *machine) log() *wal.Log { return m.set.Log(7) }

func (m *machine) reopen(r *rapid.T) {
	s, err := wal.Open(options(m.fsys, rapid.IntRange(1, 4).Draw(r, "shards")))
	if err != nil {
		r.Fatal(err)
	}
	m.set = s
}

func (m *machine) restart(r *rapid.T) {
	if err := m.set.Close(); err != nil {
		r.Fatal(err)
	}
	m.reopen(r)
}

func (m *machine) store(r *rapid.T) {
	var batch []*raft.Log
	for range rapid.IntRange(1, 5).Draw(r, "entries") {
		data := rapid.SliceOfN(rapid.Byte(), 0, 900).Draw(r, "data")
		batch = append(batch, &raft.Log{Index: m.next, Term: rapid.Uint64().Draw(r, "term"),
			Type: raft.LogType(rapid.IntRange(0, 5).Draw(r, "type")), Data: data})
		m.next++
	}
	both(r, m.log().StoreLogs(batch), m.model.StoreLogs(batch))
}

func (m *machine) truncate(r *rapid.T) {
	first, last := m.bounds()
	if last == 0 {
		r.Skip()
	}
	from := rapid.Uint64Range(first, last).Draw(r, "from")
	both(r, m.log().DeleteRange(from, last), m.model.DeleteRange(from, last))
	m.next = from
}

func (m *machine) compact(r *rapid.T) {
	first, last := m.bounds()
	if last == 0 {
		r.Skip()
	}
	to := rapid.Uint64Range(first, last).Draw(r, "to")
	both(r, m.log().DeleteRange(first, to), m.model.DeleteRange(first, to))
}

func (m *machine) setValue(r *rapid.T) {
	key := []byte(rapid.SampledFrom([]string{"CurrentTerm", "LastVoteTerm"}).Draw(r, "key"))
	value := rapid.Uint64().Draw(r, "value")
	both(r, m.log().SetUint64(key, value), m.model.SetUint64(key, value))
}

func (m *machine) moveForward(r *rapid.T) {
	all := m.set.Segments()
	if _, err := m.set.MoveForward(all[len(all)-1].Number); err != nil {
		r.Fatal(err)
	}
}

func (m *machine) bounds() (first, last uint64) {
	first, _ = m.model.FirstIndex()
	last, _ = m.model.LastIndex()
	return first, last
}

func (m *machine) compare(r *rapid.T) {
	first, last := m.bounds()
	f, _ := m.log().FirstIndex()
	n, _ := m.log().LastIndex()
	if f != first || n != last {
		r.Fatalf("log is %d to %d, want %d to %d", f, n, first, last)
	}
	for i := max(first, 1) - 1; i <= last+1; i++ {
		var got, want raft.Log
		if e, w := m.log().GetLog(i, &got), m.model.GetLog(i, &want); e != w {
			r.Fatalf("entry %d: error %v, want %v", i, e, w)
		}
		if got.Index != want.Index || got.Term != want.Term || got.Type != want.Type || string(got.Data) != string(want.Data) {
			r.Fatalf("entry %d is %+v, want %+v", i, got, want)
		}
	}
	for _, key := range []string{"CurrentTerm", "LastVoteTerm", "absent"} {
		got, err := m.log().GetUint64([]byte(key))
		if want, _ := m.model.GetUint64([]byte(key)); err != nil || got != want {
			r.Fatalf("%s = %d, %v; want %d", key, got, err, want)
		}
	}
}

func both(r *rapid.T, got, want error) {
	if got != nil || want != nil {
		r.Fatalf("error %v, of the model %v", got, want)
	}
}
