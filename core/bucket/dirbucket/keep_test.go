package dirbucket

import (
	"testing"

	"ursula/core/vfs/faultfs"
)

// TestReplacedFileIsNotKept opens a file, has it replaced before the open is
// recorded, and expects the next reader to open anew.
func TestReplacedFileIsNotKept(t *testing.T) {
	disk := faultfs.New()
	file, err := disk.Create("a.x")
	if err != nil {
		t.Fatal(err)
	}
	h := newHandles(disk, 4)
	_, epoch := h.lookup("a.x")
	opened := &handle{name: "a.x", file: file, users: 1}
	h.forget("a.x")
	h.keep(opened, epoch)
	if kept, _ := h.lookup("a.x"); kept != nil {
		t.Fatal("a file that may have been replaced was kept")
	}
	h.release(opened)
}
