package keeper_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"ursula/control/place"
)

// fakeGroup is a group of which all replicas know the same, but for the log of a
// new learner.
type fakeGroup struct {
	leader           string
	term             uint64
	voters, learners []string
	since            map[string]time.Time // when each became a member
}

func (g *fakeGroup) members() []string { return slices.Concat(g.voters, g.learners) }

// has says that a member has got the log.
func (g *fakeGroup) has(id string) bool {
	since, member := g.since[id]
	return member && time.Since(since) >= catchUp
}

// holds says that a member has got the cold objects.
func (g *fakeGroup) holds(id string) bool {
	since, member := g.since[id]
	return member && time.Since(since) >= fetch
}

// Cold is how far a node's copies of the objects of all its groups are.
func (p port) Cold() (c place.Cold) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	c = p.w.lost[p.id]
	for _, g := range p.w.groups {
		if _, member := g.since[p.id]; member && !g.holds(p.id) {
			c.Missing++
		}
	}
	return c
}

func (p port) View() (own []place.Replica) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	for i, g := range p.w.groups {
		r := place.Replica{Group: uint32(i), Leader: g.leader, Term: g.term, Voters: g.voters, Learners: g.learners}
		r.Leads = g.leader == p.id
		r.Settled = r.Leads
		if _, member := g.since[p.id]; member {
			r.Last = 1
		}
		if g.has(p.id) {
			r.Last, r.Applied = 1000, 1000
		}
		own = append(own, r)
	}
	return own
}

var (
	errNotLeader = errors.New("not the leader")
	errNoQuorum  = errors.New("no majority answers")
)

// change makes a leader's change of a group, if its majority answers before and
// after. Else Raft would wait; a node may have died since the plan was made. A
// majority of the voters must have the log at any time: that is what all this is
// about.
func (p port) change(group uint32, change func(g *fakeGroup)) error {
	return p.do(func() error {
		next := p.w.groups[group].clone()
		if next.leader != p.id || !p.w.quorum(next.voters) {
			return errNotLeader
		}
		change(next)
		if !p.w.quorum(next.voters) {
			return errNoQuorum
		}
		if 2*next.count(next.has) <= len(next.voters) {
			p.w.t.Errorf("group %d depends on those that have no log: %v", group, next.voters)
		}
		if next.count(next.holds) < len(next.voters) {
			p.w.t.Errorf("group %d counts on one that lacks cold objects: %v", group, next.voters)
		}
		p.w.groups[group] = next
		p.w.elect()
		return nil
	})
}

func (g *fakeGroup) clone() *fakeGroup {
	c := *g
	c.voters, c.learners, c.since = slices.Clone(g.voters), slices.Clone(g.learners), maps.Clone(g.since)
	return &c
}

// count counts the voters of which something is so.
func (g *fakeGroup) count(so func(id string) bool) (n int) {
	for _, id := range g.voters {
		if so(id) {
			n++
		}
	}
	return n
}

func (p port) AddLearner(_ context.Context, group uint32, id string) error {
	return p.change(group, func(g *fakeGroup) {
		g.learners = append(g.learners, id)
		g.since[id] = time.Now()
	})
}

func (p port) Promote(_ context.Context, group uint32, id string) error {
	return p.change(group, func(g *fakeGroup) {
		g.learners = without(g.learners, id)
		g.voters = append(g.voters, id)
	})
}

func (p port) Remove(_ context.Context, group uint32, id string) error {
	return p.change(group, func(g *fakeGroup) {
		g.learners, g.voters = without(g.learners, id), without(g.voters, id)
		delete(g.since, id)
	})
}

func (p port) Transfer(_ context.Context, group uint32, id string) error {
	return p.change(group, func(g *fakeGroup) {
		if p.w.up(id) && slices.Contains(g.voters, id) && g.has(id) {
			g.leader = id
			g.term++
		}
	})
}

func without(ids []string, id string) []string {
	return slices.DeleteFunc(ids, func(o string) bool { return o == id })
}
