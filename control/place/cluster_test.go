package place_test

import (
	"slices"

	"ursula/control/place"
)

// failer is a *testing.T or a *rapid.T.
type failer interface{ Fatalf(string, ...any) }

// cluster carries moves out as Raft would, if all goes well.
type cluster struct{ view place.View }

func (c *cluster) put(g place.Group) {
	for i, o := range c.view.Groups {
		if o.ID == g.ID {
			c.view.Groups[i] = g
			return
		}
	}
	c.view.Groups = append(c.view.Groups, g)
}

func (c *cluster) carryOut(moves []place.Move) {
	for _, m := range moves {
		i := slices.IndexFunc(c.view.Groups, func(g place.Group) bool { return g.ID == m.Group })
		c.view.Groups[i] = after(c.view.Groups[i], m)
	}
}

func after(g place.Group, m place.Move) place.Group {
	g.Voters, g.Learners = slices.Clone(g.Voters), slices.Clone(g.Learners)
	gone := func(id string) bool { return id == m.Member }
	switch m.Kind {
	case place.AddLearner:
		g.Learners = append(g.Learners, m.Member)
	case place.Promote:
		g.Learners = slices.DeleteFunc(g.Learners, gone)
		g.Voters = append(g.Voters, m.Member)
	case place.Remove:
		g.Voters, g.Learners = slices.DeleteFunc(g.Voters, gone), slices.DeleteFunc(g.Learners, gone)
	case place.Transfer:
		g.Leader = m.Member
	}
	return g
}

// settle plans and carries out until there is nothing to do, and says how many
// times there was.
func (c *cluster) settle(t failer, l place.Limits) int {
	for round := range 1000 {
		moves := place.Plan(c.view, l)
		if len(moves) == 0 {
			return round
		}
		c.carryOut(moves)
	}
	t.Fatalf("still moving after 1000 rounds: %v", place.Plan(c.view, l))
	return 0
}
