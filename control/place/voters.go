package place

import (
	"fmt"
	"slices"

	"ursula/control/member"
)

// changeMembers brings the voters of each group nearer to the roster.
func (p *planner) changeMembers() {
	for _, g := range p.led() {
		if p.changes[g.Leader] >= p.limits.Changes || !p.survives(g.Voters) {
			continue
		}
		before := len(p.moves)
		p.changeGroup(g)
		p.changes[g.Leader] += len(p.moves) - before
	}
}

// changeGroup plans the first change that the group may have now. The order is
// such that a group never tolerates fewer failures on its way than it did before:
// a voter that does not answer adds nothing but to the majority, so it goes at
// once; one that still answers goes last, after those that come.
func (p *planner) changeGroup(g Group) {
	for _, step := range []func(Group) bool{p.dropDead, p.promote, p.add, p.dropLiving} {
		if step(g) {
			return
		}
	}
}

// dropDead removes a member that leaves and has no say: it does not answer, or
// does not vote.
func (p *planner) dropDead(g Group) bool {
	for _, id := range slices.Concat(g.Voters, g.Learners) {
		m := p.member(id)
		if m.wanted() || id == g.Leader || m.Reachable && g.votes(id) || !p.survives(without(g.Voters, id)) {
			continue
		}
		p.plan(g, Remove, id, "it leaves")
		return true
	}
	return false
}

func (p *planner) promote(g Group) bool {
	for _, id := range g.Learners {
		m := p.member(id)
		if m.wanted() && m.Reachable && g.caughtUp(id, p.limits.Lag) && m.Cold.Whole() &&
			!p.settling(g, m) && p.survives(append(slices.Clone(g.Voters), id)) {
			p.plan(g, Promote, id, "it has caught up")
			p.learners[g.Leader]--
			return true
		}
	}
	return false
}

// settling says that a group has a voter that is still joining, and that comes before
// next, who shall be one too. Until it is active, cold objects are put without
// counting it; a second one could then make a majority with it that lacks the newest
// of them. They come in the order of their ids, so that no two wait for each other.
func (p *planner) settling(g Group, next Member) bool {
	return slices.ContainsFunc(p.Members, func(m Member) bool {
		return m.State == member.Joining && m.Reachable && m.ID < next.ID && g.votes(m.ID)
	})
}

// add lets a member have the log, when it is there to take it.
func (p *planner) add(g Group) bool {
	for _, m := range p.Members {
		if !m.wanted() || !m.Reachable || g.votes(m.ID) || g.learns(m.ID) || p.learners[g.Leader] >= p.limits.Learners {
			continue
		}
		p.plan(g, AddLearner, m.ID, fmt.Sprintf("it is %s", m.State))
		p.learners[g.Leader]++
		return true
	}
	return false
}

// dropLiving removes a voter that leaves, once those that join have come, and those
// who stay have what it may be needed for.
func (p *planner) dropLiving(g Group) bool {
	for _, m := range p.Members {
		if m.State == member.Joining && !g.votes(m.ID) {
			return false
		}
	}
	for _, id := range g.Voters {
		rest := without(g.Voters, id)
		if !p.member(id).wanted() && id != g.Leader && p.survives(rest) && p.backed(rest) {
			p.plan(g, Remove, id, "it leaves")
			return true
		}
	}
	return false
}

// survives says that a majority of these voters answers.
func (p *planner) survives(voters []string) bool {
	answer := 0
	for _, id := range voters {
		if p.member(id).Reachable {
			answer++
		}
	}
	return answer >= majority(len(voters))
}

func without(ids []string, id string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(o string) bool { return o == id })
}
