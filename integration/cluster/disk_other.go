//go:build !linux

package cluster

import (
	"errors"
	"testing"
)

var errNoDisk = errors.New("small disks exist on Linux only")

func mountDisk(t testing.TB, _ string, _ int64) {
	t.Helper()
	t.Skip(errNoDisk)
}

// MayMount says whether nodes can have disks of their own here.
func MayMount(testing.TB) bool { return false }

// FillDisk fails here.
func (n *Node) FillDisk(int64) error { return errNoDisk }

// FreeDisk has nothing to take back here.
func (n *Node) FreeDisk() {}
