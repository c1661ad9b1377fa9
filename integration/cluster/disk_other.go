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

// FillDisk fails here.
func (n *Node) FillDisk(int64) error { return errNoDisk }

// FreeDisk has nothing to take back here.
func (n *Node) FreeDisk() {}
