package node

import (
	"slices"
	"testing"
	"time"
)

// A member falls silent that leads all groups. The first of them to find that out
// speaks for all: left to their timers, the last would have another leader after 3 s
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
		for slices.ContainsFunc(silent.groups, func(g *member) bool { return !led(g) }) {
			time.Sleep(10 * time.Millisecond)
		}
		if took := time.Since(began); took > 2500*time.Millisecond {
			t.Errorf("the last group has a leader after %v", took)
		}
		c.net.Heal()
	})
}
