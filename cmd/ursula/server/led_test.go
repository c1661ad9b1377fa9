package server

import (
	"testing"
)

// Leadership goes around, without a bus: each node leads, ceases to lead, and follows
// first one and then another of the others.
func TestReadersWhileLeadersChange(t *testing.T) {
	t.Parallel()
	f := follow(t, &lanes{down: true})
	for range 2 {
		for _, heir := range f.servers {
			f.lead(heir)
			f.steps(1)
		}
	}
}

// lead makes a server the leader of all groups. What moves by itself meanwhile is moved
// again.
func (f *tailed) lead(heir running) {
	f.t.Helper()
	id := heir.config.Cluster.NodeID
	for heir.node.Led() < heir.node.Groups() {
		for _, s := range f.servers {
			for group, view := range s.node.Views() {
				if view.Leads && s.Server != heir.Server {
					_ = groupsPort{s.node}.Transfer(f.t.Context(), uint32(group), id) // or another did
				}
			}
		}
		f.step(1)
	}
}
