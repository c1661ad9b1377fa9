package peerbucket_test

import (
	"fmt"
	"testing"
	"time"
)

// TestFetchingPausesWhilePeersAreDown counts requests while nobody answers, and
// expects a Retry to end the pause.
func TestFetchingPausesWhilePeersAreDown(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		c.set(refuse, "2")
		for i := range 100 {
			c.commit(fmt.Sprintf("g/%03d.x", i), "2")
		}
		c.run()
		if got := c.asked(); got > 10 {
			t.Fatalf("%d requests at once", got)
		}
		after(time.Hour)
		if got := c.asked(); got < 100 || got > 1500 {
			t.Fatalf("%d requests in an hour", got)
		}
		c.set(nil, "2")
		c.mirror.Retry()
		after(0)
		if got := c.mirror.Stats(); !got.Whole() || got.Fetched != 100 {
			t.Fatalf("%+v", got)
		}
	})
}

// TestALostObjectDoesNotHoldUpTheOthers has the state name one that nobody has.
func TestALostObjectDoesNotHoldUpTheOthers(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		c.commit("g/no.x")
		for i := range 50 {
			c.commit(fmt.Sprintf("g/%d.x", i), "2")
		}
		c.run()
		if got := c.mirror.Stats(); got.Missing != 1 || got.Fetched != 50 {
			t.Fatalf("%+v", got)
		}
		failures := c.mirror.Stats().Failures
		after(10 * time.Minute)
		if got := c.mirror.Stats().Failures - failures; got < 5 || got > 30 {
			t.Fatalf("%d attempts in ten minutes", got)
		}
		c.commit("g/no.x", "2")
		after(time.Minute)
		c.wantHolders("g/no.x", "1", "2")
	})
}

func TestAFullDiskIsWaitedOut(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		c.commit("g/a.x", "2")
		c.nodes["1"].disk.SetFree(0)
		c.run()
		if got := c.mirror.Stats().Failures; got != 1 {
			t.Fatalf("%d attempts at once", got)
		}
		c.nodes["1"].disk.SetFree(-1)
		after(time.Second)
		c.wantHolders("g/a.x", "1", "2")
	})
}

// TestAfterASuccessPausesAreShortAgain has a long outage and then a short one.
func TestAfterASuccessPausesAreShortAgain(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		c.set(refuse, "2")
		c.commit("g/a.x", "2")
		c.run()
		after(time.Hour)
		c.set(nil, "2")
		after(time.Minute)
		c.set(refuse, "2")
		c.commit("g/b.x", "2")
		c.kick()
		c.set(nil, "2")
		after(time.Second)
		c.wantHolders("g/b.x", "1", "2")
	})
}

// TestFetchingFailsOver stops a peer in the middle of catching up.
func TestFetchingFailsOver(t *testing.T) {
	bubble(t, 3, func(t *testing.T, c *cluster) {
		for i := range 10 {
			c.commit(fmt.Sprintf("g/%d.x", i), "2", "3")
		}
		c.set(refuse, "3")
		c.run()
		for i := 10; i < 20; i++ {
			c.commit(fmt.Sprintf("g/%d.x", i), "2", "3")
		}
		c.set(nil, "3")
		c.set(refuse, "2")
		c.kick()
		if got := c.mirror.Stats(); !got.Whole() || got.Fetched != 20 || got.Failures != 0 {
			t.Fatalf("%+v", got)
		}
	})
}
