package place

// planner makes one plan.
type planner struct {
	View
	limits    Limits
	moves     []Move
	busy      map[uint32]bool // groups that have a move
	changes   map[string]int  // planned, by leader
	learners  map[string]int  // fed or about to be, by leader
	transfers map[string]int  // planned, by leader
	leads     map[string]int  // groups that each member leads, transfers counted in
}

// Plan returns the next moves, at most one a group. Those of a leader that cannot
// be reached are not planned: it cannot carry them out, and its followers elect
// another.
func Plan(v View, l Limits) []Move {
	p := &planner{
		View: v, limits: l, busy: map[uint32]bool{}, changes: map[string]int{},
		learners: map[string]int{}, transfers: map[string]int{}, leads: map[string]int{},
	}
	for _, g := range v.Groups {
		p.leads[g.Leader]++
		p.learners[g.Leader] += p.fed(g)
	}
	p.evacuate()
	p.changeMembers()
	p.balance()
	return p.moves
}

// fed counts the learners that take the log now and will become voters as soon as
// they can.
func (p *planner) fed(g Group) (n int) {
	for _, id := range g.Learners {
		if m := p.member(id); m.wanted() && m.Reachable && !p.settling(g, m) {
			n++
		}
	}
	return n
}

func (p *planner) plan(g Group, k Kind, id, why string) {
	p.busy[g.ID] = true
	p.moves = append(p.moves, Move{Group: g.ID, Kind: k, Member: id, Leader: g.Leader, Why: why})
}

// led returns the groups that can have a move: they have a leader that answers.
func (p *planner) led() (groups []Group) {
	for _, g := range p.Groups {
		if g.Leader != "" && p.member(g.Leader).Reachable && !p.busy[g.ID] {
			groups = append(groups, g)
		}
	}
	return groups
}

// majority is how many of so many voters decide.
func majority(voters int) int { return voters/2 + 1 }
