package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"ursula/core/journal"
	"ursula/core/vfs"
	"ursula/core/vfs/faultfs"
)

const dir = "j"

func options(fsys vfs.FS, shards int) journal.Options {
	return journal.Options{FS: fsys, Dir: dir, Shards: shards, SegmentBytes: 8 << 10, RetryAfter: -1}
}

func ignore(journal.Record, journal.Position) ([]journal.Position, error) { return nil, nil }

func open(t *testing.T, fsys vfs.FS, shards int) *journal.Journal {
	t.Helper()
	j, err := journal.Open(options(fsys, shards), ignore)
	must(t, err)
	return j
}

func record(group uint32, payload string) journal.Record {
	return journal.Record{Group: group, Kind: 9, Payload: []byte(payload)}
}

func TestReadAtReturnsWhatWasAppended(t *testing.T) {
	j := open(t, faultfs.New(), 1)
	defer j.Close()
	var all []journal.Position
	for n := range 100 {
		p, err := j.Writer(0).Append([]journal.Record{record(1, fmt.Sprint("a", n)), record(2, "")})
		must(t, err)
		all = append(all, p...)
	}
	buffer := make([]byte, 64)
	for n, p := range all {
		r, err := j.ReadAt(p, buffer)
		must(t, err)
		want := record(1, fmt.Sprint("a", n/2))
		if n%2 == 1 {
			want = record(2, "")
		}
		if r.Group != want.Group || r.Kind != 9 || !bytes.Equal(r.Payload, want.Payload) {
			t.Fatalf("record %d is %+v", n, r)
		}
	}
}

func TestAppendersShareFramesAndKeepTheirOrder(t *testing.T) {
	const appenders, rounds = 16, 50
	fsys := faultfs.New()
	j := open(t, fsys, 1)
	var wg sync.WaitGroup
	for g := range uint32(appenders) {
		wg.Go(func() {
			for n := range rounds {
				if _, err := j.Writer(0).Append([]journal.Record{record(g, fmt.Sprint(n))}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if s := j.Stats(); s.Records != appenders*rounds || s.Frames > s.Records {
		t.Fatalf("stats: %+v", s)
	}
	must(t, j.Close())
	j, found := openAndCollect(t, fsys, 1)
	defer j.Close()
	for g := range uint32(appenders) {
		for n := range rounds {
			if found[g][n] != fmt.Sprint(n) {
				t.Fatalf("group %d: record %d is %s", g, n, found[g][n])
			}
		}
	}
}

func TestQueueIsBounded(t *testing.T) {
	fsys := faultfs.New()
	o := options(fsys, 1)
	o.QueueBytes = 1 // one batch may wait, no more
	j, err := journal.Open(o, ignore)
	must(t, err)
	defer j.Close()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if _, err := j.Writer(0).Append([]journal.Record{record(1, "x")}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if s := j.Stats(); s.Frames != s.Records {
		t.Fatalf("%d records in %d frames: more than one waited", s.Records, s.Frames)
	}
}

func TestTooLargeAndClosed(t *testing.T) {
	j := open(t, faultfs.New(), 1)
	w := j.Writer(0)
	if _, err := w.Append([]journal.Record{record(1, string(make([]byte, w.Limit())))}); !errors.Is(err, journal.ErrTooLarge) {
		t.Fatalf("Append: %v", err)
	}
	largest := string(make([]byte, w.Limit()-journal.RecordSize(0)))
	_, err := w.Append([]journal.Record{record(1, largest)})
	must(t, err)
	must(t, j.Close())
	if _, err := w.Append([]journal.Record{record(1, "a")}); !errors.Is(err, journal.ErrClosed) {
		t.Fatalf("Append after Close: %v", err)
	}
}

func TestDirectoryIsLocked(t *testing.T) {
	fsys := faultfs.New()
	j := open(t, fsys, 1)
	if _, err := journal.Open(options(fsys, 1), ignore); !errors.Is(err, vfs.ErrLocked) {
		t.Fatalf("second Open: %v", err)
	}
	must(t, j.Close())
	must(t, open(t, fsys, 1).Close())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
