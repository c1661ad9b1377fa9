package cluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// mountDisk puts a small disk of its own at dir. Without the right to do that the
// test is skipped: where it runs as root, it runs.
func mountDisk(t testing.TB, dir string, size int64) {
	t.Helper()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size))
	if errors.Is(err, syscall.EPERM) {
		t.Skip("a node with a small disk of its own needs a mount, which only root may do")
	}
	if err != nil {
		t.Fatalf("mount a small disk at %s: %v", dir, err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
}

// MayMount says whether nodes can have disks of their own here.
func MayMount(t testing.TB) bool {
	t.Helper()
	dir := t.TempDir()
	if syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m") != nil {
		return false
	}
	if err := syscall.Unmount(dir, 0); err != nil {
		t.Fatalf("unmount %s: %v", dir, err)
	}
	return true
}

// FillDisk leaves the node's own disk with at most left bytes of room.
func (n *Node) FillDisk(left int64) error {
	ballast, err := os.Create(n.ballastPath())
	if err != nil {
		return fmt.Errorf("ballast: %w", err)
	}
	defer ballast.Close()
	n.ballast, n.full = true, true
	for {
		var disk syscall.Statfs_t
		if err := syscall.Statfs(n.disk, &disk); err != nil {
			return fmt.Errorf("statfs %s: %w", n.disk, err)
		}
		size := max(int64(disk.Bavail)*disk.Bsize-left, 0)
		if size == 0 {
			return nil
		}
		// The node may take some of that first.
		if err := syscall.Fallocate(int(ballast.Fd()), 0, 0, size); !errors.Is(err, syscall.ENOSPC) {
			return err
		}
	}
}

// FreeDisk takes back what FillDisk did.
func (n *Node) FreeDisk() {
	if n.ballast {
		_ = os.Remove(n.ballastPath()) // the unmounting removes what is left
		n.ballast = false
	}
}

func (n *Node) ballastPath() string { return filepath.Join(n.disk, "ballast") }
