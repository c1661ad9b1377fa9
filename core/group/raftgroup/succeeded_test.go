package raftgroup_test

import (
	"testing"
	"testing/synctest"
)

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// A leader is succeeded when another node is known to lead, and not when nobody is.
func TestALeaderIsSucceededByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, "a", "b", "c")
		c.create()
		id, _ := c.leader()
		rest := c.others(id)
		c.agree("")
		watch := c.node(rest[0])
		first := watch.Succeeded(id)
		c.stop(rest[1])
		c.stop(id)
		_, changed := watch.Leader()
		<-changed
		if leader, _ := watch.Leader(); leader != "" || closed(first) || closed(watch.Succeeded(id)) {
			t.Errorf("succeeded by %q", leader)
		}
		c.restart(rest[1])
		<-first
		next, _ := watch.Leader()
		if next == id || next == "" || !closed(watch.Succeeded(id)) || closed(watch.Succeeded(next)) {
			t.Errorf("succeeded by %q", next)
		}
		c.restart(id)
		c.close()
	})
}
