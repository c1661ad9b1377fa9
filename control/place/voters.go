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
		if m.wanted() && m.Reachable && g.caughtUp(id, p.limits.Lag) && p.survives(append(slices.Clone(g.Voters), id)) {
			p.plan(g, Promote, id, "it has caught up")
			p.learners[g.Leader]--
			return true
		}
	}
	return false
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

// dropLiving removes a voter that leaves, once those that join have come.
func (p *planner) dropLiving(g Group) bool {
	for _, m := range p.Members {
		if m.State == member.Joining && !g.votes(m.ID) {
			return false
		}
	}
	for _, id := range g.Voters {
		if !p.member(id).wanted() && id != g.Leader && p.survives(without(g.Voters, id)) {
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
