package member

import (
	"slices"
	"time"
)

// First returns the roster that a cluster begins with: its founders, all active.
func First(cluster string, groups int, founders []Founder, now time.Time) (Roster, error) {
	var members []Member
	for _, f := range founders {
		members = append(members, Member{ID: f.ID, Address: f.Address, Disk: f.Disk, State: Active, Since: now.UTC()})
	}
	return Roster{Cluster: cluster, Groups: groups}.change(members)
}

// Add lets a node join. Its disk becomes known when it does.
func (r Roster) Add(p Peer, now time.Time) (Roster, error) {
	m, there := r.Find(p.ID)
	switch {
	case there && m.State == Joining && m.Address == p.Address:
		return r, nil // asked for again
	case there:
		return Roster{}, refuse(ErrExists, "node %s is a member already: it is %s, at %s", m.ID, m.State, m.Address)
	}
	return r.put(Member{ID: p.ID, Address: p.Address, State: Joining, Since: now.UTC()})
}

// Remove lets a member leave. One that is still joining gives up.
func (r Roster) Remove(id string, now time.Time) (Roster, error) {
	m, err := r.member(id)
	switch {
	case err != nil:
		return Roster{}, err
	case m.State == Leaving && m.Successor == nil:
		return r, nil
	case m.State != Joining:
		if err := r.spare(m, 0); err != nil {
			return Roster{}, err
		}
	}
	m.Successor = nil
	return r.turn(m, Leaving, now)
}

// Replace puts p in the place of member id. With another id, p joins and the
// member leaves. With the same id, p is a new disk: the member leaves first, for
// as long as a group counts on what the old disk has promised, the new one cannot
// stand in for it.
func (r Roster) Replace(id string, p Peer, now time.Time) (Roster, error) {
	m, err := r.member(id)
	if err != nil {
		return Roster{}, err
	}
	if p.ID != id {
		return r.replaceByAnother(m, p, now)
	}
	switch {
	case m.State == Leaving && m.Successor != nil && m.Successor.Address == p.Address:
		return r, nil
	case m.State == Joining && m.Disk == "" && m.Address == p.Address:
		return r, nil // it is awaited already
	}
	if err := r.spare(m, 0); err != nil {
		return Roster{}, err
	}
	m.Successor = &Successor{Address: p.Address}
	return r.turn(m, Leaving, now)
}

func (r Roster) replaceByAnother(m Member, p Peer, now time.Time) (Roster, error) {
	if err := r.spare(m, 1); err != nil {
		return Roster{}, err
	}
	joined, err := r.Add(p, now)
	if err != nil || m.State == Leaving {
		return joined, err
	}
	m.State, m.Since = Leaving, now.UTC()
	left, err := joined.put(m)
	left.Version = joined.Version // one change, one version
	return left, err
}

// spare says whether the cluster can do without m when newcomers take part. One
// member at a time may always leave as long as another stays. Several may when
// those that stay are a majority: else a group could come to depend on a single
// copy that has just been made.
func (r Roster) spare(m Member, newcomers int) error {
	gone := slices.DeleteFunc(slices.Clone(r.Members), func(o Member) bool {
		return o.ID == m.ID || o.State != Leaving
	})
	voters := r.Count(Active, Draining, Leaving)
	stay := voters - len(gone) - 1 + newcomers
	leaders := r.Count(Active) + newcomers
	if m.State == Active {
		leaders--
	}
	switch {
	case m.State == Joining:
		return nil
	case stay < 1:
		return refuse(ErrTooFew, "node %s is the only one that would hold the data: add another first", m.ID)
	case leaders < 1:
		return refuse(ErrTooFew, "without node %s no active node would be left to lead: undrain another first", m.ID)
	case len(gone) > 0 && 2*stay <= voters:
		return refuse(ErrTooFew, "without node %s only %d of %d members would stay, which is no majority: wait until node %s has left",
			m.ID, stay, voters, gone[0].ID)
	}
	return nil
}

func (r Roster) member(id string) (Member, error) {
	m, ok := r.Find(id)
	if !ok {
		return Member{}, refuse(ErrUnknown, "node %s is not a member of this cluster", id)
	}
	return m, nil
}
