package forward_test

import (
	"testing"
	"testing/synctest"
	"time"
)

// A read on a follower takes two trips to the leader and what the entry itself
// still needs, not until the leader repeats what it has committed.
func TestAFollowersReadIsNotHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, 1, 10*time.Millisecond)
		leader := c.leader()
		leader.mustPropose(t, creation())
		for i := range 100 {
			leader.mustPropose(t, addition("x"))
			for _, h := range c.followers() {
				began := time.Now()
				if err := h.engine.Confirm(t.Context()); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took > 100*time.Millisecond {
					t.Errorf("append %d, follower %s: took %v", i, h.id, took)
				}
				if got := h.tail(); got != uint64(i)+1 {
					t.Errorf("append %d, follower %s: tail is %d", i, h.id, got)
				}
			}
			time.Sleep(time.Second)
		}
		c.close()
	})
}

// Nor do those who wait for a stream's tail on a follower, though nobody asks
// there.
func TestANoticeReachesFollowers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, 1, 10*time.Millisecond)
		leader := c.leader()
		leader.mustPropose(t, creation())
		followers := c.followers()
		for i := range 100 {
			time.Sleep(time.Second)
			for _, h := range followers {
				<-h.moved
			}
			began := time.Now()
			leader.mustPropose(t, addition("x"))
			for _, h := range followers {
				<-h.moved
				if took := time.Since(began); took > 200*time.Millisecond {
					t.Errorf("append %d, follower %s: took %v", i, h.id, took)
				}
			}
			for _, h := range followers {
				h.moved <- struct{}{}
			}
		}
		c.close()
	})
}
