package raftgroup_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// Who left while a node was away is not asked for ever: the snapshot that it is sent has
// other members, and tells nobody.
func TestPartnersLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTrailing(t, 1, "a", "b", "c")
		c.create()
		id, leader := c.leader()
		c.settle()
		away := c.others(id)[0]
		gone := c.node(away).Partners()[0]
		if gone == id {
			away = c.others(id)[1]
			gone = c.node(away).Partners()[0]
		}
		c.net.Isolate(away)
		c.admit("d")
		if err := leader.Remove(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
		c.stop(gone)
		for range 50 {
			propose(t, leader, *appended("v1/a", "x"))
		}
		c.compact(id)
		c.net.Heal()
		c.agree(strings.Repeat("x", 50))
		c.settle()
		e := c.node(away)
		e.Doubt()
		if p := e.Partners(); len(p) != 2 || slices.Contains(p, gone) {
			t.Errorf("%s asks %q", away, p)
		}
		c.close()
	})
}
