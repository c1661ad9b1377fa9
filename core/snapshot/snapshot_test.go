package snapshot_test

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"ursula/core/vfs/faultfs"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden file")

const (
	first  = "00000000000000000001"
	second = "00000000000000000002"
	third  = "00000000000000000003"
)

// Sizes around the ends of blocks, which hold 256 KiB.
func TestWhatIsWrittenIsRead(t *testing.T) {
	s := open(t, faultfs.New())
	for i, n := range []int{0, 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 3 << 18, 1_000_001} {
		order := uint64(i + 1)
		data := content(order, n)
		mustWrite(t, s, order, "described", data)
		wantSnapshot(t, s, list(t, s)[0], "described", data)
	}
}

func TestOnlyTheTwoNewestStay(t *testing.T) {
	s := open(t, faultfs.New())
	for order := range uint64(3) {
		mustWrite(t, s, order+1, "", content(order+1, 1000))
	}
	if got := list(t, s); !slices.Equal(got, []string{third, second}) {
		t.Errorf("List() = %v", got)
	}
	if _, _, _, err := s.Open(first); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("opening a pruned snapshot: %v", err)
	}
}

// The one before the newest may be open when a new one arrives.
func TestAnOpenSnapshotSurvivesANewerOne(t *testing.T) {
	s := open(t, faultfs.New())
	mustWrite(t, s, 1, "one", content(1, 600_000))
	_, _, r, err := s.Open(first)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	mustWrite(t, s, 2, "two", content(2, 10))
	var got bytes.Buffer
	if _, err := got.ReadFrom(r); err != nil || !bytes.Equal(got.Bytes(), content(1, 600_000)) {
		t.Errorf("read %d bytes, %v", got.Len(), err)
	}
}

func TestAbortLeavesNothing(t *testing.T) {
	disk := faultfs.New()
	s := open(t, disk)
	w, err := s.Create(1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content(1, 400_000)); err != nil {
		t.Fatal(err)
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if names, err := disk.List(dir); err != nil || len(names) > 0 {
		t.Errorf("left: %v, %v", names, err)
	}
}

func TestADescriptionHasALimit(t *testing.T) {
	s := open(t, faultfs.New())
	if _, err := s.Create(1, make([]byte, 1<<20+1)); err == nil {
		t.Error("a description of more than 1 MiB was taken")
	}
	mustWrite(t, s, 1, strings.Repeat("d", 1<<20), nil)
	wantSnapshot(t, s, first, strings.Repeat("d", 1<<20), nil)
}

// The golden file pins version 1 of the format: header, two blocks, end.
func TestGoldenFile(t *testing.T) {
	const name = "testdata/v1.snap"
	disk := faultfs.New()
	s := open(t, disk)
	data := bytes.Repeat([]byte("0123456789abcdef"), (256<<10+16)/16)
	mustWrite(t, s, 1, `{"index":1}`, data)
	written := bytesOf(t, disk, dir+"/"+first+".snap")
	// Only what surrounds the payload is kept; the payload itself is a pattern.
	edges := slices.Concat(written[:64], written[len(written)-64:])
	if *rewrite {
		if err := os.WriteFile(name, edges, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(edges, want) {
		t.Errorf("the format has changed:\n%x\nwant\n%x", edges, want)
	}
}
