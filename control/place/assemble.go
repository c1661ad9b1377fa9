package place

import (
	"cmp"
	"slices"

	"ursula/control/member"
)

// Assemble makes a view of the roster and what the members report, self among
// them. Members without a report are not reachable. own is what self knows; it
// must have been read before the reports were asked for, so that a follower that
// keeps up is not behind in them.
func Assemble(r member.Roster, own []Replica, reports map[string]Report) View {
	var v View
	for _, m := range r.Members {
		report, answered := reports[m.ID]
		v.Members = append(v.Members, Member{m.ID, m.State, answered, report.Unfit, report.Cold})
	}
	a := assembly{led: map[uint32]claim{}, logs: map[uint32]map[string]Log{}}
	for id, report := range reports {
		a.take(id, report)
	}
	for _, o := range own {
		v.Groups = append(v.Groups, a.group(o))
	}
	slices.SortFunc(v.Groups, func(x, y Group) int { return cmp.Compare(x.ID, y.ID) })
	return v
}

// claim is what the leader of a group says of it.
type claim struct {
	leader string
	Led
}

type assembly struct {
	led  map[uint32]claim
	logs map[uint32]map[string]Log
}

// take adds a report. Of two that claim to lead a group, the later term is right.
func (a *assembly) take(id string, r Report) {
	for _, l := range r.Led {
		if l.Term > a.led[l.Group].Term {
			a.led[l.Group] = claim{id, l}
		}
	}
	for _, l := range r.Logs {
		if a.logs[l.Group] == nil {
			a.logs[l.Group] = make(map[string]Log)
		}
		a.logs[l.Group][id] = l
	}
}

// group describes a group by its leader's words, and by the own replica's when
// the leader does not answer.
func (a *assembly) group(own Replica) Group {
	c, claimed := a.led[own.Group]
	if !claimed {
		return Group{ID: own.Group, Leader: own.Leader, Voters: own.Voters, Learners: own.Learners}
	}
	g := Group{ID: own.Group, Leader: c.leader, Answers: true, Settled: c.Settled, Voters: c.Voters, Learners: c.Learners}
	logs := a.logs[own.Group]
	g.Lag = make(map[string]uint64, len(logs))
	for id, l := range logs {
		if l.Last > 0 { // what has no entry at all has not even been found by the leader
			g.Lag[id] = max(behind(l.Last, logs[c.leader].Last), behind(l.Applied, logs[c.leader].Applied))
		}
	}
	return g
}

// behind is by how much at is less than leader.
func behind(at, leader uint64) uint64 {
	if at >= leader {
		return 0
	}
	return leader - at
}
