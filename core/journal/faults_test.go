package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"ursula/core/journal"
	"ursula/core/vfs/faultfs"
)

var errBroken = errors.New("disk is broken")

// TestDamageStopsTheStart flips a bit in every eighth byte of every segment of
// a journal that was closed, one at a time.
func TestDamageStopsTheStart(t *testing.T) {
	fsys := faultfs.New()
	fill(t, fsys, 2, 30, 300)
	for _, name := range segments(t, fsys) {
		size, err := fsys.Stat(name)
		must(t, err)
		for offset := int64(0); offset < size; offset += 8 {
			must(t, fsys.FlipBit(name, offset, uint(offset/8%8)))
			expectCorruption(t, fsys, name, offset)
			must(t, fsys.FlipBit(name, offset, uint(offset/8%8)))
		}
	}
	must(t, open(t, fsys, 2).Close())
}

func expectCorruption(t *testing.T, fsys *faultfs.FS, name string, offset int64) {
	t.Helper()
	_, err := journal.Open(options(fsys, 2), ignore)
	var damage *journal.CorruptionError
	if !errors.As(err, &damage) {
		t.Fatalf("bit flipped at %s:%d: Open gave %v", name, offset, err)
	}
	if damage.File != name || damage.Offset > offset || !strings.Contains(err.Error(), "restore") {
		t.Fatalf("bit flipped at %s:%d: reported %v", name, offset, err)
	}
}

func TestMissingSegmentStopsTheStart(t *testing.T) {
	fsys := faultfs.New()
	fill(t, fsys, 1, 60, 400)
	all := segments(t, fsys)
	if len(all) < 3 {
		t.Fatalf("only %d segments", len(all))
	}
	must(t, fsys.Remove(all[1]))
	expectCorruption(t, fsys, all[2], 64)
}

// TestTornTailIsCut ends an unsealed segment in garbage, which is what a frame
// looks like that a power cut interrupted.
func TestTornTailIsCut(t *testing.T) {
	fsys := faultfs.New()
	j := open(t, fsys, 1)
	_, err := j.Writer(0).Append([]journal.Record{record(1, "kept")})
	must(t, err)
	name := segments(t, fsys)[0]
	f, err := fsys.OpenReadWrite(name)
	must(t, err)
	_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, 700), 64+32+24)
	must(t, err)
	crashed := fsys.KillClone()
	for range 2 {
		j, found := openAndCollect(t, crashed, 1)
		if len(found[1]) != 1 || found[1][0] != "kept" {
			t.Fatalf("found %q", found[1])
		}
		must(t, j.Close())
	}
	// The cut segment has a seal now: what was its tail is protected.
	must(t, crashed.FlipBit(name, 64+32+16, 0))
	expectCorruption(t, crashed, name, 64+32+16)
}

func TestFailedDiskEndsEverything(t *testing.T) {
	for _, rule := range []faultfs.Rule{
		{Op: faultfs.OpSync, Match: ".seg", Err: errBroken},
		{Op: faultfs.OpWrite, Match: ".seg", Err: errBroken},
		{Op: faultfs.OpWrite, Match: ".seg", Short: 40, Err: errBroken},
		{Op: faultfs.OpWrite, Match: ".seg", Short: 40, Err: syscall.ENOSPC},
	} {
		t.Run(fmt.Sprint(rule.Op, rule.Short, rule.Err), func(t *testing.T) { failDisk(t, rule) })
	}
}

func failDisk(t *testing.T, rule faultfs.Rule) {
	fsys := faultfs.New()
	o := options(fsys, 2)
	var fatal []error
	o.OnFatal = func(err error) { fatal = append(fatal, err) }
	j, err := journal.Open(o, ignore)
	must(t, err)
	eventually(func() bool { return len(j.Segments()) == 4 }) // the spares are ready
	_, err = j.Writer(0).Append([]journal.Record{record(0, "good")})
	must(t, err)
	fsys.Inject(rule)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := j.Writer(0).Append([]journal.Record{record(0, "bad")}); !errors.Is(err, rule.Err) {
				t.Errorf("Append on a broken disk: %v", err)
			}
		})
	}
	wg.Wait()
	fsys.ClearRules()
	for shard := range 2 {
		if _, err := j.Writer(shard).Append([]journal.Record{record(uint32(shard), "late")}); !errors.Is(err, rule.Err) {
			t.Errorf("Append after the failure: %v", err)
		}
	}
	must(t, j.Close())
	if len(fatal) != 1 || !errors.Is(fatal[0], rule.Err) {
		t.Fatalf("OnFatal got %v", fatal)
	}
	j, found := openAndCollect(t, fsys.KillClone(), 2)
	defer j.Close()
	if got := found[0]; len(got) == 0 || got[0] != "good" {
		t.Fatalf("found %q", got)
	}
	if len(found[1]) != 0 {
		t.Fatalf("a record appended after the failure is there: %q", found[1])
	}
}

func TestFullDiskIsKnownBeforeAWriteAndPasses(t *testing.T) {
	fsys := faultfs.New()
	o := options(fsys, 1)
	o.ReserveBytes = 2 << 10
	o.OnFatal = func(err error) { t.Errorf("OnFatal: %v", err) }
	j, err := journal.Open(o, ignore)
	must(t, err)
	defer j.Close()
	w := j.Writer(0)
	eventually(func() bool { return len(j.Segments()) == 2 })
	fsys.SetFree(0)
	var places []journal.Position
	for !j.Segments()[0].Closed { // on to the spare, which gets no successor
		places = append(places, appendBytes(t, w, 480)...)
	}
	eventually(func() bool { return w.Reserve(w.Limit()) != nil })
	for w.Reserve(500) == nil {
		places = append(places, appendBytes(t, w, 480)...)
	}
	if err := w.Reserve(500); !errors.Is(err, journal.ErrNoSpace) || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("Reserve: %v", err)
	}
	must(t, w.ReserveHalf(500))
	for range 3 { // what was kept back serves appends that did not ask
		appendBytes(t, w, 480)
	}
	if _, err := w.Append([]journal.Record{record(1, string(make([]byte, 4<<10)))}); !errors.Is(err, journal.ErrNoSpace) {
		t.Fatalf("Append beyond the reserve: %v", err)
	}
	fsys.SetFree(64 << 10)
	eventually(func() bool { return w.Reserve(500) == nil })
	appendBytes(t, w, 4<<10)
	for _, p := range places {
		if _, err := j.ReadAt(p, nil); err != nil {
			t.Fatalf("a record from before is gone: %v", err)
		}
	}
}

func TestReleasingGivesSpaceBack(t *testing.T) {
	fsys := faultfs.New()
	j := open(t, fsys, 1)
	defer j.Close()
	w := j.Writer(0)
	fsys.SetFree(40 << 10)
	var places []journal.Position
	for {
		p, err := w.Append([]journal.Record{record(1, string(make([]byte, 480)))})
		if errors.Is(err, journal.ErrNoSpace) {
			break
		}
		must(t, err)
		places = append(places, p...)
	}
	j.Release(places...)
	eventually(func() bool { return w.Reserve(500) == nil })
	if _, err := j.ReadAt(places[0], nil); !errors.Is(err, journal.ErrReleased) {
		t.Fatalf("ReadAt of a removed segment: %v", err)
	}
}

func TestReadAtNoticesDamage(t *testing.T) {
	fsys := faultfs.New()
	j := open(t, fsys, 1)
	defer j.Close()
	p, err := j.Writer(0).Append([]journal.Record{record(1, "abc")})
	must(t, err)
	must(t, fsys.FlipBit(segments(t, fsys)[0], int64(p[0].Offset)+17, 3))
	var damage *journal.CorruptionError
	if _, err := j.ReadAt(p[0], nil); !errors.As(err, &damage) || damage.Offset != int64(p[0].Offset) {
		t.Fatalf("ReadAt: %v", err)
	}
}

func appendBytes(t *testing.T, w *journal.Writer, size int) []journal.Position {
	t.Helper()
	p, err := w.Append([]journal.Record{record(1, string(make([]byte, size)))})
	must(t, err)
	return p
}

// fill writes records and closes the journal.
func fill(t *testing.T, fsys *faultfs.FS, shards, records, size int) {
	t.Helper()
	j := open(t, fsys, shards)
	for n := range records {
		payload := fmt.Sprintf("%0*d", size, n)
		_, err := j.Writer(n % shards).Append([]journal.Record{record(uint32(n%shards), payload)})
		must(t, err)
	}
	must(t, j.Close())
}

func segments(t *testing.T, fsys *faultfs.FS) (names []string) {
	t.Helper()
	all, err := fsys.List(dir)
	must(t, err)
	for _, name := range all {
		if strings.HasSuffix(name, ".seg") {
			names = append(names, filepath.Join(dir, name))
		}
	}
	return names
}

// eventually waits for something that the journal's own goroutine does.
func eventually(done func() bool) {
	for !done() {
		runtime.Gosched()
	}
}
