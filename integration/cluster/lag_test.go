package cluster

import (
	"testing"
)

// TestANodeComesBackAfterTheLogIsGone keeps a node down until the others have thrown
// away the log that it would need, and brings it back while they are written to. That
// it has everything then, and votes, is proved by taking another node away.
func TestANodeComesBackAfterTheLogIsGone(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	writers := scribes(t, c, 4, 20_000)
	measure(t, writers, 5)
	late, other := c.Node(3), c.Node(1)
	late.Kill()
	measure(t, writers, 300) // 24 MB, with segments of 1 MiB and hot bytes of 4 MiB
	late.Relaunch()
	measure(t, writers, 50)
	late.AwaitReady()
	awaitCaughtUp(t, c, late)
	other.Kill()
	measure(t, writers, 5)
	for _, w := range writers {
		w.require(t, c)
	}
}

// TestAnIsolatedNodeCatchesUp is the same with a node that lives on by itself, and
// whose clients must not be given an old tail meanwhile.
func TestAnIsolatedNodeCatchesUp(t *testing.T) {
	c := Start(t, Config{Args: smallFlags()})
	writers := scribes(t, c, 4, 20_000)
	measure(t, writers, 5)
	alone, other := c.Node(2), c.Node(3)
	c.Network.Isolate(alone.ID)
	measure(t, writers, 200)
	for _, w := range writers {
		requireNoOldTail(t, w, alone)
	}
	c.Network.Heal()
	measure(t, writers, 50)
	awaitCaughtUp(t, c, alone)
	other.Kill()
	measure(t, writers, 5)
	for _, w := range writers {
		w.require(t, c)
	}
}
