package admin

import (
	"fmt"

	"ursula/control/member"
	"ursula/control/place"
)

// Goal is what somebody waits for: whether a status shows it, and in words how far
// it is.
type Goal func(Status) (reached bool, progress string)

// since holds a goal back until the status is as new as the roster that asks for
// it. The node that is asked may be behind the one that wrote it.
func since(roster uint64, g Goal) Goal {
	return func(s Status) (bool, string) {
		if s.Roster < roster {
			return false, fmt.Sprintf("node %s has not heard of it yet", s.Node)
		}
		return g(s)
	}
}

// Joined is reached when the member is active.
func Joined(id string, roster uint64) Goal {
	return since(roster, func(s Status) (bool, string) {
		m, ok := s.Member(id)
		switch {
		case !ok:
			return false, fmt.Sprintf("node %s is not a member: it was removed meanwhile", id)
		case m.State == member.Active:
			return true, fmt.Sprintf("node %s is active: a voter of all %d groups", id, len(s.Groups))
		case m.State == member.Joining && m.Disk == "":
			return false, fmt.Sprintf("node %s is joining: nobody has come from %s yet", id, m.Address)
		case m.State == member.Joining && !m.Reachable:
			return false, fmt.Sprintf("node %s is joining: it does not answer", id)
		}
		progress := fmt.Sprintf("node %s is %s: a voter of %d of %d groups, catching up in %d",
			id, m.State, m.Votes, len(s.Groups), m.Learns)
		if !m.Cold.Whole() {
			progress += ", " + m.Cold.String()
		}
		return false, progress
	})
}

// Left is reached when there is no such member.
func Left(id string, roster uint64) Goal {
	return since(roster, func(s Status) (bool, string) {
		m, ok := s.Member(id)
		if !ok {
			return true, fmt.Sprintf("node %s has left", id)
		}
		return false, fmt.Sprintf("node %s is %s: in %d of %d groups, leads %d%s",
			id, m.State, m.Votes+m.Learns, len(s.Groups), m.Leads, awaits(s, m))
	})
}

// awaits says whom a leaving member waits for, if there is somebody: one that still
// answers goes after those that come.
func awaits(s Status, leaving place.MemberStatus) string {
	for _, m := range s.Members {
		if m.State == member.Joining && leaving.Reachable && leaving.Votes > 0 {
			return fmt.Sprintf("; it stays until node %s has joined", m.ID)
		}
	}
	return ""
}

// Replaced is reached when the new member is active and the old one has left.
func Replaced(old, by string, roster uint64) Goal {
	joined, left := Joined(by, roster), Left(old, roster)
	return func(s Status) (bool, string) {
		if ok, progress := joined(s); !ok || old == by {
			return ok, progress
		}
		return left(s)
	}
}

// Drained is reached when the member leads nothing.
func Drained(id string, roster uint64) Goal {
	return since(roster, func(s Status) (bool, string) {
		m, _ := s.Member(id)
		return m.State == member.Draining && m.Leads == 0,
			fmt.Sprintf("node %s is %s: leads %d of %d groups", id, m.State, m.Leads, len(s.Groups))
	})
}

// Undrained is reached when the member may lead.
func Undrained(id string, roster uint64) Goal {
	return since(roster, func(s Status) (bool, string) {
		m, _ := s.Member(id)
		return m.State == member.Active, fmt.Sprintf("node %s is %s", id, m.State)
	})
}
