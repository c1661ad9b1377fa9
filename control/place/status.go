package place

import (
	"time"

	"ursula/control/member"
)

// Status is a view of the whole cluster, for people and for programs that wait.
type Status struct {
	Cluster string         `json:"cluster"`
	Roster  uint64         `json:"roster"` // version
	Members []MemberStatus `json:"members"`
	Groups  []GroupStatus  `json:"groups"`
	Moves   []string       `json:"moves"` // under way on the node that tells
}

// MemberStatus sums up a member over all groups.
type MemberStatus struct {
	ID        string       `json:"id"`
	Address   string       `json:"address"`
	Disk      string       `json:"disk"`
	State     member.State `json:"state"`
	Since     time.Time    `json:"since"`
	Replaced  bool         `json:"replaced,omitempty"` // it leaves for another disk under its id
	Reachable bool         `json:"reachable"`
	Unfit     string       `json:"unfit,omitempty"`
	Cold      Cold         `json:"cold,omitzero"`
	Leads     int          `json:"leads"`    // groups
	Votes     int          `json:"votes"`    // groups
	Learns    int          `json:"learns"`   // groups
	CaughtUp  int          `json:"caughtUp"` // groups in which it is not behind
	Lag       uint64       `json:"lag"`      // entries, the most in any group
}

// GroupStatus is a group as its leader describes it.
type GroupStatus struct {
	ID       uint32   `json:"id"`
	Leader   string   `json:"leader"` // "" if it is not known
	Voters   []string `json:"voters"`
	Learners []string `json:"learners,omitempty"`
	Settled  bool     `json:"settled"` // the leader tells so, and nothing is being changed
	Lag      uint64   `json:"lag"`     // entries, the most of any voter that answers
}

// Summarize turns a view into a status. Moves are added by whoever makes them.
func Summarize(r member.Roster, v View, l Limits) Status {
	s := Status{Cluster: r.Cluster, Roster: r.Version, Groups: make([]GroupStatus, 0, len(v.Groups)), Moves: []string{}}
	for _, g := range v.Groups {
		s.Groups = append(s.Groups, g.status())
	}
	for _, m := range r.Members {
		seen := v.member(m.ID)
		status := MemberStatus{
			ID: m.ID, Address: m.Address, Disk: m.Disk, State: m.State, Since: m.Since,
			Replaced: m.Successor != nil, Reachable: seen.Reachable, Unfit: seen.Unfit, Cold: seen.Cold,
		}
		for _, g := range v.Groups {
			status.count(g, l.Lag)
		}
		s.Members = append(s.Members, status)
	}
	return s
}

func (g Group) status() GroupStatus {
	s := GroupStatus{ID: g.ID, Leader: g.Leader, Voters: g.Voters, Learners: g.Learners, Settled: g.Settled}
	for _, id := range g.Voters {
		s.Lag = max(s.Lag, g.Lag[id])
	}
	return s
}

func (s *MemberStatus) count(g Group, most uint64) {
	if g.Leader == s.ID {
		s.Leads++
	}
	if g.votes(s.ID) {
		s.Votes++
	}
	if g.learns(s.ID) {
		s.Learns++
	}
	if g.caughtUp(s.ID, most) {
		s.CaughtUp++
	}
	s.Lag = max(s.Lag, g.Lag[s.ID])
}

// Member returns the member with this id.
func (s Status) Member(id string) (MemberStatus, bool) {
	for _, m := range s.Members {
		if m.ID == id {
			return m, true
		}
	}
	return MemberStatus{}, false
}
