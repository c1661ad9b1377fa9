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

// FillDisk leaves the node's own disk with at most left bytes of room.
func (n *Node) FillDisk(left int64) error {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(n.disk, &disk); err != nil {
		return fmt.Errorf("statfs %s: %w", n.disk, err)
	}
	size := max(int64(disk.Bavail)*disk.Bsize-left, 0)
	n.ballast = true
	if err := os.WriteFile(n.ballastPath(), make([]byte, size), 0o600); err != nil && !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("ballast: %w", err)
	}
	return nil
}

// FreeDisk takes back what FillDisk did.
func (n *Node) FreeDisk() {
	if n.ballast {
		_ = os.Remove(n.ballastPath()) // the unmounting removes what is left
		n.ballast = false
	}
}

func (n *Node) ballastPath() string { return filepath.Join(n.disk, "ballast") }
