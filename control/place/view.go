package place

import (
	"slices"

	"ursula/control/member"
)

// Member is a node of the roster as it is seen at the moment.
type Member struct {
	ID        string
	State     member.State
	Reachable bool   // it answered
	Unfit     string // why it must not lead although it answers; "" if it may
	Cold      Cold   // its copies of cold objects
}

// mayLead says that a group can be given to the member.
func (m Member) mayLead() bool {
	return m.State == member.Active && m.Reachable && m.Unfit == ""
}

// mustNotLead says that a group is to be taken from it. A node that joins may have
// been elected, and there is nothing wrong with that.
func (m Member) mustNotLead() bool {
	return m.State == member.Draining || m.State == member.Leaving || m.Unfit != ""
}

// wanted says that the member is to be a voter of every group.
func (m Member) wanted() bool { return m.State != member.Leaving }

// Group is a group as its leader sees it, or else as a follower does.
type Group struct {
	ID       uint32
	Leader   string // "" if none is known
	Voters   []string
	Learners []string // get the log and do not vote
	// Answers says that the leader answered, and itself says that it leads.
	Answers bool
	// Settled says that the leader itself told, and that the voters and learners
	// are committed: no later leader can have others without changing them anew.
	Settled bool
	// Lag is by how many log entries each member is behind the leader. Who is not
	// in it may be any number behind.
	Lag map[string]uint64
}

func (g Group) votes(id string) bool  { return slices.Contains(g.Voters, id) }
func (g Group) learns(id string) bool { return slices.Contains(g.Learners, id) }

// caughtUp says that a member is at most so many entries behind the leader.
func (g Group) caughtUp(id string, most uint64) bool {
	lag, known := g.Lag[id]
	return known && lag <= most
}

// View is what a plan is made from. Members and groups are in the order of their
// ids.
type View struct {
	Members []Member
	Groups  []Group
}

// Limits keep a plan from overloading the nodes. Each is per leader, so that
// nobody waits for what a node that is stuck does not do.
type Limits struct {
	Lag       uint64 // entries that a member may be behind and still counts as caught up
	Changes   int    // changes of voters and learners at a time
	Learners  int    // learners that a leader feeds at a time
	Transfers int    // leaderships given away at a time
}

// DefaultLimits are made for up to 1024 groups.
func DefaultLimits() Limits { return Limits{Lag: 64, Changes: 16, Learners: 16, Transfers: 8} }

func (v View) member(id string) Member {
	for _, m := range v.Members {
		if m.ID == id {
			return m
		}
	}
	// Nobody of the roster: to be taken out wherever it is found.
	return Member{ID: id, State: member.Leaving}
}

// Unserved returns the groups, of those that a node has, whose leader it does not
// know, or who does not answer it as one.
func (v View) Unserved(own []Replica) (groups []uint32) {
	leaders := make(map[uint32]string, len(v.Groups))
	for _, g := range v.Groups {
		if g.Answers {
			leaders[g.ID] = g.Leader
		}
	}
	for _, o := range own {
		if o.Leader == "" || leaders[o.Group] != o.Leader {
			groups = append(groups, o.Group)
		}
	}
	return groups
}

// Everywhere says that the member is a voter of every group, for certain.
func (v View) Everywhere(id string) bool {
	return v.all(func(g Group) bool { return g.votes(id) })
}

// Nowhere says that no group has the member, for certain.
func (v View) Nowhere(id string) bool {
	return v.all(func(g Group) bool { return !g.votes(id) && !g.learns(id) })
}

// all says that something is known of every group. Of no groups nothing is known.
func (v View) all(holds func(Group) bool) bool {
	fails := func(g Group) bool { return !g.Settled || !holds(g) }
	return len(v.Groups) > 0 && !slices.ContainsFunc(v.Groups, fails)
}
