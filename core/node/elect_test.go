package node

import (
	"context"
	"slices"
	"testing"
	"time"
)

// Nodes that start together elect at once, and each leads its share of the groups
// from the beginning.
func TestLeadersAreSpreadFromTheStart(t *testing.T) {
	many := func(c *trio) { c.groups = 198 }
	onTrio(t, many, func(t *testing.T, c *trio) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for _, p := range c.peers {
			c.stop(p)
		}
		for _, p := range c.peers {
			c.start(p)
			go p.Elect(ctx)
		}
		c.ready()
		for _, p := range c.peers {
			if led := p.Led(); led != 66 {
				t.Errorf("%s leads %d groups", p.id, led)
			}
		}
	})
}

// A member that comes back while others lead may not have heard from all of them by the
// time it looks who does: they try it seldom after it was away. It asks, and unseats none.
func TestAMemberThatComesBackUnseatsNobody(t *testing.T) {
	many := func(c *trio) { c.groups = 150 }
	onTrio(t, many, func(t *testing.T, c *trio) {
		away := c.peers[2]
		c.stop(away)
		time.Sleep(20 * time.Second)
		before := terms(c.peers[0])
		c.start(away)
		away.Elect(t.Context())
		time.Sleep(10 * time.Second)
		if after := terms(c.peers[0]); !slices.Equal(after, before) {
			t.Errorf("terms %v became %v", before, after)
		}
	})
}
