package node

import (
	"slices"
	"testing"
	"time"
)

// A member falls silent that leads all groups. The first of them to find that out
// speaks for all: left to their timers, nine of ten would have another leader after 2.8 s
// and more.
func TestASilentMemberIsSucceededInAllGroups(t *testing.T) {
	many := func(c *trio) {
		c.groups = 48
		c.net.Delay(0) // no votes are split
	}
	onTrio(t, many, func(t *testing.T, c *trio) {
		silent := c.peers[0]
		for _, g := range silent.groups {
			for _, p := range c.peers[1:] {
				if p.groups[g.id].local.Leads() {
					if err := p.groups[g.id].local.Transfer(t.Context(), silent.id); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		time.Sleep(time.Minute)
		c.net.Isolate(silent.id)
		began := time.Now()
		led := func(g *member) bool {
			return slices.ContainsFunc(c.peers[1:], func(p *peer) bool { return p.groups[g.id].local.Leads() })
		}
		left := slices.Clone(silent.groups)
		for len(left) > 4 { // in the last few a candidate may have stood by itself at the same time
			time.Sleep(10 * time.Millisecond)
			left = slices.DeleteFunc(left, led)
		}
		if took := time.Since(began); took > 2200*time.Millisecond {
			t.Errorf("the groups have leaders after %v", took)
		}
		c.net.Heal()
	})
}
