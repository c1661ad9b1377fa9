package member

import "time"

// Drain keeps a member from leading.
func (r Roster) Drain(id string, now time.Time) (Roster, error) {
	m, err := r.member(id)
	switch {
	case err != nil:
		return Roster{}, err
	case m.State == Draining:
		return r, nil
	case m.State != Active:
		return Roster{}, refuse(ErrState, "node %s is %s: only an active node can be drained", id, m.State)
	case r.Count(Active) == 1:
		return Roster{}, refuse(ErrTooFew, "node %s is the only active one: no other could lead in its place", id)
	}
	return r.turn(m, Draining, now)
}

// Undrain lets a member lead again.
func (r Roster) Undrain(id string, now time.Time) (Roster, error) {
	m, err := r.member(id)
	switch {
	case err != nil:
		return Roster{}, err
	case m.State == Active:
		return r, nil
	case m.State != Draining:
		return Roster{}, refuse(ErrState, "node %s is %s, not draining", id, m.State)
	}
	return r.turn(m, Active, now)
}

// Join notes the disk with which a joining member has come. It is the same
// member from then on only with this disk.
func (r Roster) Join(p Peer, disk string) (Roster, error) {
	m, err := r.member(p.ID)
	switch {
	case err != nil:
		return Roster{}, err
	case m.Disk == disk && disk != "":
		return r, nil
	case m.State != Joining || m.Disk != "":
		return Roster{}, refuse(ErrDisk, "%s", otherDisk(m, disk))
	case m.Address != p.Address:
		return Roster{}, refuse(ErrInvalid, "node %s is expected at %s, not at %s", p.ID, m.Address, p.Address)
	case disk == "":
		return Roster{}, refuse(ErrInvalid, "node %s names no disk", p.ID)
	}
	m.Disk = disk
	return r.put(m)
}

// Activate ends joining: every group has the member as a voter. Nobody becomes
// active of whom it is not known with which disk he votes.
func (r Roster) Activate(id string, now time.Time) (Roster, error) {
	m, err := r.member(id)
	if err != nil || m.State != Joining || m.Disk == "" {
		return r, err
	}
	return r.turn(m, Active, now)
}

// Removed ends leaving: no group has the member, and that is committed in all of
// them. Its successor joins, if it has one. leaving is the member that the caller
// judged by: for another in its place nothing was found out.
func (r Roster) Removed(leaving Member, now time.Time) (Roster, error) {
	m, ok := r.Find(leaving.ID)
	if !ok || m.State != Leaving || m.Disk != leaving.Disk {
		return r, nil
	}
	if m.Successor != nil {
		return r.put(Member{ID: m.ID, Address: m.Successor.Address, State: Joining, Since: now.UTC()})
	}
	var rest []Member
	for _, o := range r.Members {
		if o.ID != m.ID {
			rest = append(rest, o)
		}
	}
	return r.change(rest)
}
