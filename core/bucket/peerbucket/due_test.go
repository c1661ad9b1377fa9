package peerbucket_test

import (
	"testing"
	"time"

	"ursula/core/bucket/peerbucket"
)

// TestAChangeIsDueUntilItWasLookedAt has the state name an object that the mirror has
// not looked for yet: by what it knows nothing is missing.
func TestAChangeIsDueUntilItWasLookedAt(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		if got := c.mirror.Stats(); got.Unseen != 1 {
			t.Fatalf("before it runs: %+v", got)
		}
		c.run()
		if got := c.mirror.Stats(); got.Due != 0 || !got.Whole() {
			t.Fatalf("at rest: %+v", got)
		}
		c.set(refuse, "2")
		c.commit("g/a.x", "2")
		c.mirror.Kick("g/")
		c.mirror.Kick("g/")
		after(peerbucket.DefaultSettle - 1)
		if got := c.mirror.Stats(); got.Due != 1 || got.Missing != 0 {
			t.Fatalf("before the look: %+v", got)
		}
		after(1)
		if got := c.mirror.Stats(); got.Due != 0 || got.Missing != 1 {
			t.Fatalf("after the look: %+v", got)
		}
	})
}

// TestWithoutPushesThereIsNothingToWaitFor has a node that the others do not push to.
func TestWithoutPushesThereIsNothingToWaitFor(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		c.mirror = peerbucket.NewMirror(peerbucket.MirrorOptions{
			Local: c.local, Remote: c.mesh, Peers: c.peers("1"), Catalog: c.state,
			Pushed: func() bool { return false },
		})
		c.run()
		c.commit("g/a.x", "2")
		c.mirror.Kick("g/")
		after(100 * time.Millisecond)
		c.wantHolders("g/a.x", "1", "2")
		if got := c.mirror.Stats(); got.Due != 0 {
			t.Fatalf("%+v", got)
		}
	})
}
