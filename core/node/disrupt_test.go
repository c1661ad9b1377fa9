package node

import (
	"testing"
	"time"
)

// terms are those in which the groups are led, as a member knows them.
func terms(p *peer) (terms []uint64) {
	for _, g := range p.groups {
		terms = append(terms, g.local.CurrentTerm())
	}
	return terms
}

// A member that hears of no leader for a while, though all others do, unseats none: neither
// when it is cut off and comes back, nor while it only does not hear.
func TestOneThatHearsNothingUnseatsNobody(t *testing.T) {
	for _, row := range []struct {
		what string
		lost func(leader, deaf string) func(from, to string) bool
	}{
		{"cut off", func(_, deaf string) func(from, to string) bool {
			return func(from, to string) bool { return from == deaf || to == deaf }
		}},
		{"deaf", func(_, deaf string) func(from, to string) bool {
			return func(from, to string) bool { return to == deaf }
		}},
		{"deaf to one", func(leader, deaf string) func(from, to string) bool {
			return func(from, to string) bool { return from == leader && to == deaf }
		}},
		{"apart", func(leader, deaf string) func(from, to string) bool {
			return func(from, to string) bool { return from == leader && to == deaf || from == deaf && to == leader }
		}},
	} {
		t.Run(row.what, func(t *testing.T) {
			many := func(c *trio) { c.groups = 12 }
			onTrio(t, many, func(t *testing.T, c *trio) {
				leader, deaf := c.peers[0], c.peers[2]
				for _, g := range leader.groups {
					for _, p := range c.peers[1:] {
						if p.groups[g.id].local.Leads() {
							if err := p.groups[g.id].local.Transfer(t.Context(), leader.id); err != nil {
								t.Fatal(err)
							}
						}
					}
				}
				time.Sleep(time.Minute)
				before := terms(leader)
				for range 3 {
					c.net.Cut(row.lost(leader.id, deaf.id))
					time.Sleep(5 * time.Second)
					c.net.Heal()
					time.Sleep(10 * time.Second)
				}
				after := terms(leader)
				for i := range before {
					if before[i] != after[i] {
						t.Errorf("group %d: term %d became %d", i, before[i], after[i])
					}
				}
			})
		})
	}
}
