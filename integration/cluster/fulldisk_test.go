package cluster

import (
	"testing"
	"time"
)

const (
	smallDisk = 192 << 20
	// roomLeft is less than a journal segment, of which the next can not be prepared.
	roomLeft = 512 << 10
)

// TestAFullDiskStopsOneNodeOnly fills the disk of the node that leads most groups.
// The others have room, so writers must be served; and the node is whole again when
// it has room again, without a restart.
func TestAFullDiskStopsOneNodeOnly(t *testing.T) {
	c := Start(t, Config{Args: smallFlags(), DiskBytes: smallDisk})
	writers := scribes(t, c, 4, 20_000)
	measure(t, writers, 10)
	full := awaitLeader(t, c)
	if err := full.FillDisk(roomLeft); err != nil {
		t.Fatal(err)
	}
	waited := measure(t, writers, 150)
	t.Logf("node %d, which led, has no room: the longest wait of a writer was %v", full.ID, waited.Round(time.Millisecond))
	full.FreeDisk()
	if !full.Alive() {
		t.Errorf("node %d died of its full disk", full.ID)
		full.Relaunch()
	}
	measure(t, writers, 20)
	awaitCaughtUp(t, c, full)
	for _, w := range writers {
		w.require(t, c)
	}
}
