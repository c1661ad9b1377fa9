package peerbucket_test

import (
	"fmt"
	"testing"
	"time"
)

// TestWhatNobodyHasIsTold has objects of which no peer has a good copy: one never
// was there, of one the copy is damaged. Waiting for them would be for ever, so they
// do not keep the node from being whole; and they are counted until one turns up.
func TestWhatNobodyHasIsTold(t *testing.T) {
	bubble(t, 3, func(t *testing.T, c *cluster) {
		c.commit("g/no.x")
		c.commit("g/bad.x")
		mustPut(t, c.nodes["2"].local, "g/bad.x", "something else")
		c.commit("g/ok.x", "2")
		c.run()
		if got := c.mirror.Stats(); got.Missing != 2 || got.Lost != 2 || !got.Whole() {
			t.Fatalf("%+v", got)
		}
		c.commit("g/no.x", "3")
		after(time.Minute)
		if got := c.mirror.Stats(); got.Missing != 1 || got.Lost != 1 {
			t.Fatalf("after one was put back: %+v", got)
		}
		c.drop("g/bad.x", true)
		c.kick()
		if got := c.mirror.Stats(); got.Missing != 0 || got.Lost != 0 {
			t.Fatalf("after the other was deleted: %+v", got)
		}
	})
}

// TestAPeerThatIsSilentMayHaveTheObject waits for it.
func TestAPeerThatIsSilentMayHaveTheObject(t *testing.T) {
	bubble(t, 3, func(t *testing.T, c *cluster) {
		c.set(refuse, "3")
		c.commit("g/a.x", "3")
		c.run()
		after(time.Hour)
		if got := c.mirror.Stats(); got.Missing != 1 || got.Lost != 0 || got.Whole() {
			t.Fatalf("%+v", got)
		}
	})
}

// TestManyLostObjectsAreToldSoon does not pause after each few of them.
func TestManyLostObjectsAreToldSoon(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		for i := range 100 {
			c.commit(fmt.Sprintf("g/%03d.x", i))
		}
		c.run()
		if got := c.mirror.Stats(); got.Lost != 100 {
			t.Fatalf("%+v", got)
		}
	})
}

// TestWhatIsDeletedMeanwhileIsNotLost has the state cease to name an object between
// a look and the fetch.
func TestWhatIsDeletedMeanwhileIsNotLost(t *testing.T) {
	bubble(t, 2, func(t *testing.T, c *cluster) {
		release := make(chan struct{})
		c.set(held("stat", release), "2")
		c.commit("g/a.x")
		c.run()
		c.drop("g/a.x", false)
		close(release)
		after(0)
		if got := c.mirror.Stats(); got.Missing != 0 || got.Lost != 0 || !got.Whole() {
			t.Fatalf("%+v", got)
		}
	})
}
