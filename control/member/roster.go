package member

import (
	"slices"
	"time"
)

// State is how a member stands to its cluster.
type State string

// The states of a member.
const (
	Joining  State = "joining"  // to become a voter of every group
	Active   State = "active"   // votes in every group and may lead
	Draining State = "draining" // votes and leads nothing
	Leaving  State = "leaving"  // to be taken out of every group
)

// Limits of a roster.
const (
	MaxMembers = 9 // five, while four of them are being replaced
	MaxGroups  = 65536
)

// Member is a node of the cluster.
type Member struct {
	ID      string `json:"id"`
	Address string `json:"address"` // host:port at which the other members reach it
	// Disk names the data directory; it is empty until the node has joined.
	Disk      string     `json:"disk,omitempty"`
	State     State      `json:"state"`
	Since     time.Time  `json:"since"` // of the state
	Successor *Successor `json:"successor,omitempty"`
}

// Successor takes a leaving member's place under the same id.
type Successor struct {
	Address string `json:"address"`
}

// Roster is who is to belong to the cluster. It is a value: no method changes
// the roster that it is called on.
type Roster struct {
	Cluster string   `json:"cluster"`
	Groups  int      `json:"groups"`
	Version uint64   `json:"version"` // grows by one with each change; 0 is no roster
	Members []Member `json:"members"` // by id
}

// Find returns the member with this id.
func (r Roster) Find(id string) (Member, bool) {
	if i := r.index(id); i >= 0 {
		return r.Members[i], true
	}
	return Member{}, false
}

// Count returns how many members are in one of the states.
func (r Roster) Count(states ...State) (n int) {
	for _, m := range r.Members {
		if slices.Contains(states, m.State) {
			n++
		}
	}
	return n
}

func (r Roster) index(id string) int {
	return slices.IndexFunc(r.Members, func(m Member) bool { return m.ID == id })
}

// change returns a copy of the roster, one version on, with the given members.
func (r Roster) change(members []Member) (Roster, error) {
	slices.SortFunc(members, func(a, b Member) int { return CompareIDs(a.ID, b.ID) })
	r.Members = members
	r.Version++
	if err := r.validate(); err != nil {
		return Roster{}, err
	}
	return r, nil
}

// put replaces the member with m's id, or adds m.
func (r Roster) put(m Member) (Roster, error) {
	members := slices.Clone(r.Members)
	if i := r.index(m.ID); i >= 0 {
		members[i] = m
	} else {
		members = append(members, m)
	}
	return r.change(members)
}

// turn gives a member another state.
func (r Roster) turn(m Member, s State, now time.Time) (Roster, error) {
	m.State, m.Since = s, now.UTC()
	return r.put(m)
}
