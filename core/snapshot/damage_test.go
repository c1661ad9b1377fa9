package snapshot_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"syscall"
	"testing"

	"ursula/core/snapshot"
	"ursula/core/vfs/faultfs"
)

var errBroken = errors.New("broken")

const file = dir + "/" + first + ".snap"

// wantCorruption checks the error, and that all bytes before it were right.
func wantCorruption(t *testing.T, s *snapshot.Store, want []byte, at int64) {
	t.Helper()
	_, got, err := read(s, first)
	var corruption *snapshot.CorruptionError
	if !errors.As(err, &corruption) || !errors.Is(err, snapshot.ErrCorrupt) {
		t.Fatalf("damage at %d: %v", at, err)
	}
	if corruption.File != file || corruption.Offset > at {
		t.Fatalf("damage at %d was found in %s at %d", at, corruption.File, corruption.Offset)
	}
	if !bytes.HasPrefix(want, got) {
		t.Fatalf("damage at %d: bytes were handed out that were never written", at)
	}
}

// places are offsets to damage in a file of this size: all of its two ends, and
// every so many bytes between them.
func places(size, stride int64) (at []int64) {
	for i := int64(0); i < size; i++ {
		if i < 160 || i >= size-40 || i%stride == 0 {
			at = append(at, i)
		}
	}
	return at
}

// sizes are contents of one block, and of two; strides keep the tests short.
var sizes = []struct{ content, stride int }{{5000, 16}, {256<<10 + 300, 9973}}

// A flipped bit is found wherever it is.
func TestFlippedBits(t *testing.T) {
	for _, row := range sizes {
		disk := faultfs.New()
		s := open(t, disk)
		data := content(1, row.content)
		mustWrite(t, s, 1, strings.Repeat("m", 100), data)
		for _, at := range places(int64(len(bytesOf(t, disk, file))), int64(row.stride)) {
			bit := uint(at/16) % 8
			if err := disk.FlipBit(file, at, bit); err != nil {
				t.Fatal(err)
			}
			wantCorruption(t, s, data, at)
			if err := disk.FlipBit(file, at, bit); err != nil {
				t.Fatal(err)
			}
		}
		wantSnapshot(t, s, first, strings.Repeat("m", 100), data)
	}
}

// A file that ends early is damaged, wherever that is.
func TestTornFiles(t *testing.T) {
	for _, row := range sizes {
		disk := faultfs.New()
		s := open(t, disk)
		data := content(1, row.content)
		mustWrite(t, s, 1, "described", data)
		stored := bytesOf(t, disk, file)
		for _, n := range places(int64(len(stored)), int64(row.stride)) {
			plant(t, disk, file, stored[:n])
			wantCorruption(t, s, data, n)
		}
	}
}

func TestAnotherVersionIsNamed(t *testing.T) {
	disk := faultfs.New()
	s := open(t, disk)
	plant(t, disk, file, otherVersion(7))
	_, _, _, err := s.Open(first)
	if err == nil || errors.Is(err, snapshot.ErrCorrupt) || !strings.Contains(err.Error(), "version 7") {
		t.Errorf("Open: %v", err)
	}
}

// A read that fails is not damage, and what follows a failure fails too.
func TestReadErrorsAreNotDamage(t *testing.T) {
	disk := faultfs.New()
	s := open(t, disk)
	mustWrite(t, s, 1, "", content(1, 600_000))
	for nth := 1; nth <= 6; nth++ {
		disk.Inject(faultfs.Rule{Op: faultfs.OpRead, Nth: nth, Err: errBroken})
		_, _, r, err := s.Open(first)
		if err == nil {
			_, err = io.Copy(io.Discard, r)
			if _, again := r.Read(make([]byte, 1)); !errors.Is(again, errBroken) {
				t.Errorf("read %d: reading on gave %v", nth, again)
			}
		}
		if !errors.Is(err, errBroken) || errors.Is(err, snapshot.ErrCorrupt) {
			t.Errorf("read %d: %v", nth, err)
		}
		disk.ClearRules()
	}
}

// A full disk costs the snapshot and nothing else, and the space comes back.
func TestFullDisk(t *testing.T) {
	disk := faultfs.New()
	s := open(t, disk)
	mustWrite(t, s, 1, "", content(1, 100_000))
	disk.SetFree(300_000)
	if err := write(s, 2, "", content(2, 600_000)); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("write to a full disk: %v", err)
	}
	if got := list(t, s); !slices.Equal(got, []string{first}) {
		t.Fatalf("snapshots: %v", got)
	}
	mustWrite(t, s, 3, "", content(3, 250_000))
	wantSnapshot(t, s, third, "", content(3, 250_000))
}
