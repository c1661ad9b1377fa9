package admin

import (
	"fmt"
	"strings"

	"ursula/control/member"
	"ursula/control/place"
)

// Healthy is reached when every member answers, may lead or drains, has caught up as a
// voter of every group and has all cold objects that can be had, and every group has
// a leader. What is told is what explains the rest: who is behind in a group without a
// leader is no news, nor is that it has none while members are away.
func Healthy(s Status) (bool, string) {
	for _, ailment := range []func(Status) string{away, leaderless, unwell, unsettled} {
		if why := ailment(s); why != "" {
			return false, why
		}
	}
	return len(s.Members) > 0 && len(s.Groups) > 0, "all is well"
}

func away(s Status) string {
	var silent []string
	for _, m := range s.Members {
		if !m.Reachable {
			silent = append(silent, m.ID)
		}
	}
	switch len(silent) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("node %s does not answer", silent[0])
	}
	return fmt.Sprintf("nodes %s do not answer", strings.Join(silent, ", "))
}

func leaderless(s Status) string {
	count := 0
	for _, g := range s.Groups {
		if g.Leader == "" {
			count++
		}
	}
	if count == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d groups have no leader", count, len(s.Groups))
}

func unwell(s Status) string {
	for _, m := range s.Members {
		if why := ailing(m, len(s.Groups)); why != "" {
			return fmt.Sprintf("node %s %s", m.ID, why)
		}
	}
	return ""
}

func ailing(m place.MemberStatus, groups int) string {
	switch {
	case m.State != member.Active && m.State != member.Draining:
		return fmt.Sprintf("is %s", m.State)
	case m.Unfit != "":
		return fmt.Sprintf("is unfit: %s", m.Unfit)
	case m.Votes < groups:
		return fmt.Sprintf("is a voter of %d of %d groups", m.Votes, groups)
	case m.CaughtUp < groups:
		return fmt.Sprintf("has caught up in %d of %d groups", m.CaughtUp, groups)
	case !m.Cold.Whole():
		return m.Cold.String()
	}
	return ""
}

func unsettled(s Status) string {
	for _, g := range s.Groups {
		if !g.Settled || len(g.Voters) != len(s.Members) {
			return fmt.Sprintf("group %d is not settled: leader %q, voters %v", g.ID, g.Leader, g.Voters)
		}
	}
	return ""
}
