package peerbucket_test

import (
	"fmt"
	"testing"
	"time"

	"ursula/core/bucket/peerbucket"
	"ursula/core/vfs/faultfs"
)

func TestAnEmptyNodeCatchesUp(t *testing.T) {
	bubble(t, 3, func(t *testing.T, c *cluster) {
		for i := range 20 {
			c.commit(fmt.Sprintf("g/%03d.x", i), c.ids[1+i%2])
		}
		if c.mirror.Stats().Whole() {
			t.Fatal("whole before it looked")
		}
		c.run()
		for i := range 20 {
			c.wantHolders(fmt.Sprintf("g/%03d.x", i), "1", c.ids[1+i%2])
		}
		if got := c.mirror.Stats(); !got.Whole() || got.Fetched != 20 || got.FetchedBytes != 20*21000 || got.Failures != 0 {
			t.Fatalf("%+v", got)
		}
	})
}

func TestFetchesAreBounded(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		release := make(chan struct{})
		c.set(held("stat", release), "2")
		for i := range 10 {
			c.commit(fmt.Sprintf("g/%d.x", i), "2")
		}
		c.run()
		if got := c.mirror.Stats(); c.asked() != 2 || got.Missing != 10 || got.Whole() {
			t.Fatalf("%d requests, %+v", c.asked(), got)
		}
		close(release)
		after(0)
		if got := c.mirror.Stats(); !got.Whole() {
			t.Fatalf("%+v", got)
		}
	})
}

// TestADamagedCopyIsNotTaken has a bad copy at one peer and a good one at the
// next, and then only bad ones.
func TestADamagedCopyIsNotTaken(t *testing.T) {
	bubble(t, 3, func(t *testing.T, c *cluster) {
		c.commit("g/a.x", "3")
		c.commit("g/b.x")
		mustPut(t, c.nodes["2"].local, "g/a.x", "something else")
		mustPut(t, c.nodes["2"].local, "g/b.x", "something else")
		c.run()
		if got, err := read(t, c.nodes["1"].local, "g/a.x"); got != content("g/a.x") {
			t.Fatalf("%.20q, %v", got, err)
		}
		c.wantHolders("g/b.x", "2")
		if got := c.mirror.Stats(); got.Missing != 1 || got.Failures == 0 {
			t.Fatalf("%+v", got)
		}
	})
}

func TestAnObjectBeyondTheLimitIsNotTaken(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		c.commit("g/0000.x", "2")
		c.run()
		c.wantHolders("g/0000.x", "2")
	})
}

// TestAPushUnderWaySparesAFetch has the object arrive before the mirror looks.
func TestAPushUnderWaySparesAFetch(t *testing.T) {
	bubble(t, 3, func(t *testing.T, c *cluster) {
		c.run()
		c.commit("g/a.x", "2", "3")
		c.mirror.Kick("g/")
		after(peerbucket.DefaultSettle - 1)
		c.commit("g/a.x", "1")
		after(time.Minute)
		if got := c.mirror.Stats(); c.asked() != 0 || !got.Whole() {
			t.Fatalf("%d requests, %+v", c.asked(), got)
		}
	})
}

// TestWhatTheStateForgotIsRemoved follows an object of which this node missed
// the deletion: as garbage it stays, for the leader may have readers.
func TestWhatTheStateForgotIsRemoved(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		c.commit("g/a.x", "1", "2")
		c.run()
		c.drop("g/a.x", false)
		c.kick()
		c.wantHolders("g/a.x", "1", "2")
		c.drop("g/a.x", true)
		c.kick()
		c.wantHolders("g/a.x", "2")
	})
}

// TestAnOrphanIsFoundByListing has an object that the state never named. While
// it may yet be named it stays.
func TestAnOrphanIsFoundByListing(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		c.run()
		mustPut(t, c.nodes["1"].local, "g/a.x", content("g/a.x"))
		after(3 * peerbucket.DefaultEvery)
		c.wantHolders("g/a.x", "1")
		c.drop("g/a.x", true)
		after(peerbucket.DefaultEvery)
		c.wantHolders("g/a.x")
		if got := c.mirror.Stats().Removed; got != 1 {
			t.Fatalf("%d removed", got)
		}
	})
}

// TestAListingThatFailsIsTriedAgain has what lies here found soon all the same.
func TestAListingThatFailsIsTriedAgain(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		c.local.failures = 3
		mustPut(t, c.nodes["1"].local, "g/a.x", content("g/a.x"))
		c.drop("g/a.x", true)
		c.run()
		if c.mirror.Stats().Whole() {
			t.Fatal("whole before it could look")
		}
		after(time.Minute)
		c.wantHolders("g/a.x")
	})
}

func TestARemovalThatFailsIsTriedAgain(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		mustPut(t, c.nodes["1"].local, "g/a.x", content("g/a.x"))
		c.drop("g/a.x", true)
		c.nodes["1"].disk.Inject(faultfs.Rule{Op: faultfs.OpRemove, Nth: 1, Err: errRefused})
		c.run()
		c.wantHolders("g/a.x", "1")
		after(peerbucket.DefaultSettle)
		c.wantHolders("g/a.x")
	})
}

// TestAnObjectDeletedWhileItIsFetchedDoesNotStay lets a fetch end after the
// object was deleted everywhere and forgotten.
func TestAnObjectDeletedWhileItIsFetchedDoesNotStay(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		release := make(chan struct{})
		c.set(held("get", release), "2")
		c.commit("g/a.x", "2")
		c.run()
		c.drop("g/a.x", true)
		c.kick()
		close(release)
		after(0)
		c.wantHolders("g/a.x", "1", "2")
		after(peerbucket.DefaultSettle)
		c.wantHolders("g/a.x", "2")
	})
}

func TestAnObjectDeletedWhileItWaitsIsNotFetched(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		c.set(refuse, "2")
		c.commit("g/a.x", "2")
		c.run()
		c.drop("g/a.x", true)
		c.kick()
		asked := c.asked()
		c.set(nil, "2")
		after(time.Minute)
		if c.asked() != asked || !c.mirror.Stats().Whole() {
			t.Fatalf("%d more requests, %+v", c.asked()-asked, c.mirror.Stats())
		}
	})
}
