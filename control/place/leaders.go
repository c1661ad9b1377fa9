package place

import (
	"cmp"
	"slices"
)

// evacuate plans transfers away from those who must not lead.
func (p *planner) evacuate() {
	for _, g := range p.led() {
		from := p.member(g.Leader)
		if !from.mustNotLead() {
			continue
		}
		if to, ok := p.heir(g, nil); ok {
			p.transfer(g, to, reason(from))
		}
	}
}

func reason(m Member) string {
	if m.Unfit != "" {
		return m.ID + " is unfit: " + m.Unfit
	}
	return m.ID + " is " + string(m.State)
}

// balance plans transfers from those who lead more than their share.
func (p *planner) balance() {
	share := p.shares()
	spare := func(id string) bool { return p.leads[id] < share[id] }
	for _, g := range p.led() {
		most, counted := share[g.Leader]
		if !counted || p.leads[g.Leader] <= most {
			continue
		}
		if to, ok := p.heir(g, spare); ok {
			p.transfer(g, to, "balance")
		}
	}
}

// shares divides the groups that are led by somebody who may lead. Shares differ
// by one at most, and the larger ones go to those who lead most already: then no
// other division needs fewer transfers.
func (p *planner) shares() map[string]int {
	var able []string
	total := 0
	for _, m := range p.Members {
		if m.mayLead() {
			able = append(able, m.ID)
			total += p.leads[m.ID]
		}
	}
	slices.SortStableFunc(able, func(a, b string) int { return cmp.Compare(p.leads[b], p.leads[a]) })
	share := make(map[string]int)
	for i, id := range able {
		share[id] = total / len(able)
		if i < total%len(able) {
			share[id]++
		}
	}
	return share
}

// heir returns who leads least of those that can lead the group at once, and that
// only admits.
func (p *planner) heir(g Group, only func(id string) bool) (id string, ok bool) {
	for _, m := range p.Members {
		if m.ID == g.Leader || !m.mayLead() || !g.votes(m.ID) || !g.caughtUp(m.ID, p.limits.Lag) {
			continue
		}
		if only != nil && !only(m.ID) {
			continue
		}
		if !ok || p.leads[m.ID] < p.leads[id] {
			id, ok = m.ID, true
		}
	}
	return id, ok
}

// transfer plans a transfer unless the leader has given away enough for now. It
// counts either way, so that what can be done now and what cannot is divided alike.
func (p *planner) transfer(g Group, to, why string) {
	p.leads[g.Leader]--
	p.leads[to]++
	if p.transfers[g.Leader] < p.limits.Transfers {
		p.plan(g, Transfer, to, why)
	}
	p.transfers[g.Leader]++
}
