package dirbucket_test

import (
	"errors"
	"fmt"
	"testing"

	"ursula/core/bucket/dirbucket"
	"ursula/core/vfs/faultfs"
)

// TestReadsReuseOpenFiles pins that a known object costs no open, and that the
// number of files kept open is bounded.
func TestReadsReuseOpenFiles(t *testing.T) {
	disk := faultfs.New()
	b := open(t, dirbucket.Options{FS: disk, Dir: "cold", MaxOpen: 3})
	for i := range 5 {
		mustPut(t, b, fmt.Sprintf("g1/%d.x", i), "content")
	}
	get := func(i int) {
		if _, err := b.Get(t.Context(), fmt.Sprintf("g1/%d.x", i), make([]byte, 7), 0); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		get(0)
		get(1)
		get(2)
	}
	if opened := disk.Count(faultfs.OpOpen); opened != 3 {
		t.Fatalf("30 reads of 3 objects opened %d files", opened)
	}
	get(3)
	get(1)
	get(0) // was the least recently read when 3 came
	if opened := disk.Count(faultfs.OpOpen); opened != 5 {
		t.Fatalf("%d files were opened, want 5", opened)
	}
}

// TestAFileThatCannotBeReadIsOpenedAgain lets a repaired file be seen without a
// restart.
func TestAFileThatCannotBeReadIsOpenedAgain(t *testing.T) {
	disk := faultfs.New()
	b := open(t, dirbucket.Options{FS: disk, Dir: "cold"})
	mustPut(t, b, "g1/a.x", "content")
	disk.Inject(faultfs.Rule{Op: faultfs.OpRead, Nth: 1, Err: errFault})
	if _, err := b.Get(t.Context(), "g1/a.x", make([]byte, 7), 0); !errors.Is(err, errFault) {
		t.Fatal(err)
	}
	before := disk.Count(faultfs.OpOpen)
	if got := content(t, b, "g1/a.x"); got != "content" {
		t.Fatalf("%q", got)
	}
	if opened := disk.Count(faultfs.OpOpen) - before; opened != 1 {
		t.Fatalf("the file was opened %d times after the failure, want 1", opened)
	}
}
