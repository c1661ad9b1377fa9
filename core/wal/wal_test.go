package wal_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/journal"
	"ursula/core/vfs/faultfs"
	"ursula/core/wal"
)

func open(t *testing.T, fsys *faultfs.FS, shards int) *wal.Set {
	t.Helper()
	s, err := wal.Open(options(fsys, shards))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func options(fsys *faultfs.FS, shards int) wal.Options {
	return wal.Options{Journal: journal.Options{
		FS: fsys, Dir: "j", Shards: shards, SegmentBytes: 8 << 10, RetryAfter: -1,
	}}
}

func entry(i uint64, data string) *raft.Log {
	return &raft.Log{Index: i, Term: 3, Type: raft.LogCommand, Data: []byte(data),
		Extensions: []byte("ext"), AppendedAt: time.Unix(5, 7).UTC()}
}

// entries makes consecutive entries whose data tells what wrote them.
func entries(from, to uint64, tag string) (all []*raft.Log) {
	for i := from; i <= to; i++ {
		all = append(all, entry(i, fmt.Sprintf("%s %d", tag, i)))
	}
	return all
}

func expectLog(t *testing.T, l *wal.Log, first, last uint64, tag string) {
	t.Helper()
	f, _ := l.FirstIndex()
	n, _ := l.LastIndex()
	if f != first || n != last {
		t.Fatalf("log is %d to %d, want %d to %d", f, n, first, last)
	}
	for i := first; i <= last && i > 0; i++ {
		expectEntry(t, l, i, tag)
	}
}

func expectEntry(t *testing.T, l *wal.Log, i uint64, tag string) {
	t.Helper()
	var got raft.Log
	must(t, l.GetLog(i, &got))
	want := entry(i, fmt.Sprintf("%s %d", tag, i))
	if got.Index != i || got.Term != 3 || !bytes.Equal(got.Data, want.Data) ||
		!bytes.Equal(got.Extensions, want.Extensions) || !got.AppendedAt.Equal(want.AppendedAt) {
		t.Fatalf("entry %d is %+v", i, got)
	}
}

func TestLogSurvivesReopenWithOtherShardCounts(t *testing.T) {
	fsys := faultfs.New()
	s := open(t, fsys, 1)
	for g := range uint32(6) {
		must(t, s.Log(g).StoreLogs(entries(1, 20, "a")))
	}
	must(t, s.Close())
	s = open(t, fsys, 4)
	for g := range uint32(6) {
		expectLog(t, s.Log(g), 1, 20, "a")
		must(t, s.Log(g).DeleteRange(11, 20))
		must(t, s.Log(g).SetUint64([]byte("CurrentTerm"), uint64(g)+7))
	}
	must(t, s.Close())
	s = open(t, fsys, 2)
	for g := range uint32(6) {
		expectLog(t, s.Log(g), 1, 10, "a")
		must(t, s.Log(g).StoreLogs(entries(11, 15, "a")))
		must(t, s.Log(g).DeleteRange(1, 4))
	}
	must(t, s.Close())
	s = open(t, fsys, 3)
	defer s.Close()
	for g := range uint32(6) {
		expectLog(t, s.Log(g), 5, 15, "a")
		if v, err := s.Log(g).GetUint64([]byte("CurrentTerm")); err != nil || v != uint64(g)+7 {
			t.Fatalf("term = %d, %v", v, err)
		}
	}
}

func TestMissingThings(t *testing.T) {
	s := open(t, faultfs.New(), 1)
	defer s.Close()
	l := s.Log(1)
	expectLog(t, l, 0, 0, "")
	if err := l.GetLog(1, new(raft.Log)); !errors.Is(err, raft.ErrLogNotFound) {
		t.Fatalf("GetLog: %v", err)
	}
	if _, err := l.Get([]byte("k")); err == nil || err.Error() != "not found" {
		t.Fatalf("Get: %v", err)
	}
	if v, err := l.GetUint64([]byte("k")); v != 0 || err != nil {
		t.Fatalf("GetUint64 = %d, %v", v, err)
	}
}

func TestGapsAreRefused(t *testing.T) {
	s := open(t, faultfs.New(), 1)
	defer s.Close()
	l := s.Log(1)
	must(t, l.StoreLogs(entries(5, 9, "a")))
	for name, err := range map[string]error{
		"beyond the end": l.StoreLogs(entries(11, 12, "a")),
		"before start":   l.StoreLogs(entries(4, 4, "a")),
		"inside":         l.StoreLogs([]*raft.Log{entry(10, ""), entry(12, "")}),
		"index zero":     l.StoreLog(entry(0, "")),
		"middle deleted": l.DeleteRange(6, 7),
	} {
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	expectLog(t, l, 5, 9, "a")
}

func TestOverwritingTruncates(t *testing.T) {
	fsys := faultfs.New()
	s := open(t, fsys, 1)
	must(t, s.Log(1).StoreLogs(entries(1, 9, "a")))
	must(t, s.Log(1).StoreLogs(entries(4, 5, "a")))
	expectLog(t, s.Log(1), 1, 5, "a")
	must(t, s.Close())
	s = open(t, fsys, 1)
	defer s.Close()
	expectLog(t, s.Log(1), 1, 5, "a")
}

func TestMoveForwardFreesOldSegments(t *testing.T) {
	fsys := faultfs.New()
	s := open(t, fsys, 2)
	must(t, s.Log(2).StoreLogs(entries(1, 5, "idle")))
	must(t, s.Log(2).Set([]byte("vote"), []byte("node-1")))
	busy := s.Log(4)
	for n := range uint64(40) {
		must(t, busy.StoreLogs(entries(n*20+1, n*20+20, "busy")))
	}
	must(t, s.Close())

	s = open(t, fsys, 2)
	busy = s.Log(4)
	must(t, busy.StoreLogs(entries(801, 810, "busy")))
	must(t, busy.DeleteRange(1, 795))
	head := s.Segments()
	newest := head[len(head)-1].Number
	moved, err := s.MoveForward(newest)
	must(t, err)
	if moved == 0 || s.Log(2).LiveBefore(3) != 0 {
		t.Fatalf("moved %d bytes, %d stay behind", moved, s.Log(2).LiveBefore(3))
	}
	must(t, s.Log(2).StoreLogs(entries(6, 8, "idle")))
	must(t, s.Close())

	s = open(t, fsys, 1)
	defer s.Close()
	expectLog(t, s.Log(2), 1, 8, "idle")
	expectLog(t, s.Log(4), 796, 810, "busy")
	if v, err := s.Log(2).Get([]byte("vote")); err != nil || string(v) != "node-1" {
		t.Fatalf("vote = %q, %v", v, err)
	}
	if first := s.Segments()[0].Generation; first == 1 {
		t.Fatalf("segments of the first generation are still there: %+v", s.Segments())
	}
}

func TestReadsBypassingTheCache(t *testing.T) {
	fsys := faultfs.New()
	o := options(fsys, 1)
	o.CacheBytes = -1
	s, err := wal.Open(o)
	must(t, err)
	defer s.Close()
	must(t, s.Log(1).StoreLogs(entries(1, 300, "a")))
	expectLog(t, s.Log(1), 1, 300, "a")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFullDiskRefusesEntriesAndPasses(t *testing.T) {
	fsys := faultfs.New()
	s := open(t, fsys, 1)
	defer s.Close()
	l := s.Log(1)
	fsys.SetFree(0)
	last := uint64(0)
	for {
		err := l.StoreLogs(entries(last+1, last+5, "a"))
		if errors.Is(err, journal.ErrNoSpace) {
			break
		}
		must(t, err)
		last += 5
	}
	expectLog(t, l, 1, last, "a")
	must(t, l.SetUint64([]byte("CurrentTerm"), 4)) // what was kept back
	must(t, l.DeleteRange(1, last-3))
	fsys.SetFree(64 << 10)
	for l.Reserve(500) != nil {
		runtime.Gosched()
	}
	must(t, l.StoreLogs(entries(last+1, last+5, "a")))
	expectLog(t, l, last-2, last+5, "a")
}
