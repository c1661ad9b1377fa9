package faultfs_test

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"syscall"
	"testing"

	"ursula/core/vfs"
	"ursula/core/vfs/faultfs"
)

var errBroken = errors.New("broken")

func TestSyncedBytesSurviveEveryCrash(t *testing.T) {
	m := faultfs.New()
	f := create(t, m, "d/a", bytes.Repeat([]byte{1}, 3*faultfs.PageSize))
	must(t, f.Sync())
	must(t, m.SyncDir("d"))
	write(t, f, bytes.Repeat([]byte{2}, faultfs.PageSize), faultfs.PageSize)
	outcomes := map[string]bool{}
	for seed := range uint64(200) {
		got := read(t, m.CrashClone(rng(seed)), "d/a")
		if !bytes.Equal(got[:faultfs.PageSize], bytes.Repeat([]byte{1}, faultfs.PageSize)) {
			t.Fatal("a synced page changed")
		}
		outcomes[shape(got[faultfs.PageSize:2*faultfs.PageSize])] = true
	}
	for _, want := range []string{"old", "new", "new-old", "old-new"} {
		if !outcomes[want] {
			t.Errorf("no crash of 200 left the page %s", want)
		}
	}
}

// shape names which part of a page carries the new bytes.
func shape(page []byte) string {
	first, last := page[0] == 2, page[len(page)-1] == 2
	switch {
	case first && last:
		return "new"
	case first:
		return "new-old"
	case last:
		return "old-new"
	}
	return "old"
}

func TestUnsyncedDirectoryEntriesMayVanish(t *testing.T) {
	m := faultfs.New()
	must(t, create(t, m, "d/a", []byte("a")).Sync())
	must(t, m.SyncDir("d"))
	must(t, m.Rename("d/a", "d/b"))
	var before, after int
	for seed := range uint64(50) {
		clone := m.CrashClone(rng(seed))
		_, errA := clone.Stat("d/a")
		_, errB := clone.Stat("d/b")
		switch {
		case errA == nil && errors.Is(errB, fs.ErrNotExist):
			before++
		case errB == nil && errors.Is(errA, fs.ErrNotExist):
			after++
		default:
			t.Fatalf("a rename was torn apart: %v, %v", errA, errB)
		}
	}
	if before == 0 || after == 0 {
		t.Fatalf("rename kept %d times, undone %d times", after, before)
	}
}

func TestCrashIsRepeatable(t *testing.T) {
	m := faultfs.New()
	f := create(t, m, "d/a", make([]byte, 9000))
	must(t, f.Sync())
	must(t, m.SyncDir("d"))
	write(t, f, bytes.Repeat([]byte{7}, 9000), 0)
	one, two := m.CrashClone(rng(3)), m.CrashClone(rng(3))
	if !bytes.Equal(read(t, one, "d/a"), read(t, two, "d/a")) {
		t.Fatal("one seed gave two outcomes")
	}
}

func TestRules(t *testing.T) {
	m := faultfs.New()
	f := create(t, m, "d/a", nil)
	m.Inject(faultfs.Rule{Op: faultfs.OpWrite, Match: "a", Nth: 2, Short: 3, Err: errBroken})
	m.Inject(faultfs.Rule{Op: faultfs.OpSync, Err: errBroken})
	write(t, f, []byte("first"), 0)
	if n, err := f.WriteAt([]byte("SECOND"), 0); n != 3 || !errors.Is(err, errBroken) {
		t.Fatalf("short write = %d, %v", n, err)
	}
	if got := read(t, m, "d/a"); string(got) != "SECst" {
		t.Fatalf("file holds %q", got)
	}
	if err := f.Sync(); !errors.Is(err, errBroken) {
		t.Fatalf("Sync: %v", err)
	}
	m.ClearRules()
	must(t, f.Sync())
	if got := m.Count(faultfs.OpSync); got != 2 {
		t.Fatalf("counted %d syncs", got)
	}
}

func TestFullDiskAndSpaceBack(t *testing.T) {
	m := faultfs.New()
	f := create(t, m, "d/a", make([]byte, faultfs.PageSize))
	m.SetFree(faultfs.PageSize)
	if free, err := m.Free("d"); err != nil || free != faultfs.PageSize {
		t.Fatalf("Free = %d, %v", free, err)
	}
	n, err := f.WriteAt(make([]byte, 2*faultfs.PageSize), faultfs.PageSize)
	if n != faultfs.PageSize || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("WriteAt = %d, %v", n, err)
	}
	must(t, m.Remove("d/a"))
	create(t, m, "d/b", make([]byte, 2*faultfs.PageSize))
}

func TestFlipBit(t *testing.T) {
	m := faultfs.New()
	create(t, m, "d/a", []byte{0, 0})
	must(t, m.FlipBit("d/a", 1, 3))
	if got := read(t, m, "d/a"); !bytes.Equal(got, []byte{0, 8}) {
		t.Fatalf("file holds %v", got)
	}
	if err := m.FlipBit("d/a", 2, 0); err == nil {
		t.Fatal("flipped a bit beyond the end")
	}
}

func TestKillKeepsWhatWasWritten(t *testing.T) {
	m := faultfs.New()
	create(t, m, "d/a", []byte("unsynced"))
	if got := read(t, m.KillClone(), "d/a"); string(got) != "unsynced" {
		t.Fatalf("file holds %q", got)
	}
}

func TestLockIsGivenBackByACrash(t *testing.T) {
	m := faultfs.New()
	_, err := m.Lock("LOCK")
	must(t, err)
	if _, err := m.Lock("LOCK"); !errors.Is(err, vfs.ErrLocked) {
		t.Fatalf("second Lock: %v", err)
	}
	_, err = m.CrashClone(rng(1)).Lock("LOCK")
	must(t, err)
}

func create(t *testing.T, m *faultfs.FS, name string, content []byte) vfs.File {
	t.Helper()
	must(t, m.MkdirAll("d"))
	f, err := m.Create(name)
	must(t, err)
	write(t, f, content, 0)
	return f
}

func write(t *testing.T, f vfs.File, p []byte, off int64) {
	t.Helper()
	_, err := f.WriteAt(p, off)
	must(t, err)
}

func read(t *testing.T, m *faultfs.FS, name string) []byte {
	t.Helper()
	f, err := m.Open(name)
	must(t, err)
	size, err := f.Size()
	must(t, err)
	p := make([]byte, size)
	_, err = f.ReadAt(p, 0)
	must(t, err)
	return p
}

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
