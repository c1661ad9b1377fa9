package node

import (
	"context"
	"testing"
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
