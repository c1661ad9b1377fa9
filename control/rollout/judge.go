package rollout

import (
	"errors"
	"fmt"

	"ursula/control/admin"
	"ursula/control/member"
)

// Seen is what a step is judged by.
type Seen struct {
	Cluster    admin.Status // by whichever member answered
	ClusterErr error
	Node       admin.Status // by the step's node itself
	NodeErr    error        // ErrDown when no process runs there
}

// down says that the node's process has ended. A host that cannot be reached may have
// gone with its process, as containers do, if that was asked to end and the others miss
// it too; but a wrong name or a broken network here is no end of anything.
func (s Seen) down(n Node) bool {
	if errors.Is(s.NodeErr, ErrDown) {
		return true
	}
	m, ok := s.Cluster.Member(n.ID)
	return errors.Is(s.NodeErr, ErrUnreached) && n.Boot != "" && s.ClusterErr == nil && ok && !m.Reachable
}

// ErrDown says that nothing listens at a node's admin port. A process that listens
// and does not answer in time is not down.
var ErrDown = errors.New("no process listens")

// ErrUnreached says that a node's host was not found or not reached from here.
var ErrUnreached = errors.New("it cannot be reached from here")

// Verdict says whether a step is done and, if not, what to do about it: act by a
// verb, or wait when that is empty.
type Verdict struct {
	Done bool
	Act  Verb
	Why  string
}

// Judge says how far a step of node n is. command is whether a command starts
// nodes.
func Judge(v Verb, n Node, command bool, s Seen) Verdict {
	switch v {
	case Drain, Undrain:
		if s.ClusterErr != nil {
			return Verdict{Why: s.ClusterErr.Error()}
		}
	case CatchUp:
		if s.NodeErr != nil {
			return Verdict{Why: s.NodeErr.Error()}
		}
	}
	switch v {
	case Verify:
		return verified(s)
	case Drain:
		return turned(s, n, member.Draining, Drain)
	case Stop:
		return stopped(s, n)
	case Start:
		return started(s, n, command)
	case CatchUp: // by its own words: what others saw last may be its former process
		ok, why := admin.Healthy(s.Node)
		return Verdict{Done: ok, Why: why}
	default:
		return turned(s, n, member.Active, Undrain)
	}
}

func verified(s Seen) Verdict {
	if s.ClusterErr != nil {
		return Verdict{Why: s.ClusterErr.Error()}
	}
	ok, why := admin.Healthy(s.Cluster)
	return Verdict{Done: ok, Why: why}
}

func turned(s Seen, n Node, to member.State, by Verb) Verdict {
	m, ok := s.Cluster.Member(n.ID)
	switch {
	case !ok:
		return Verdict{Why: fmt.Sprintf("node %s is not a member any more", n.ID)}
	case m.State != to:
		return Verdict{Act: by, Why: fmt.Sprintf("node %s is %s", n.ID, m.State)}
	case to == member.Draining && m.Leads > 0:
		return Verdict{Why: fmt.Sprintf("node %s leads %d groups", n.ID, m.Leads)}
	}
	return Verdict{Done: true, Why: fmt.Sprintf("node %s is %s", n.ID, m.State)}
}

func stopped(s Seen, n Node) Verdict {
	switch {
	case s.down(n):
		return Verdict{Done: true, Why: fmt.Sprintf("node %s has ended", n.ID)}
	case s.NodeErr != nil:
		return Verdict{Why: s.NodeErr.Error()}
	case n.Boot != "" && s.Node.Boot != n.Boot:
		return Verdict{Done: true, Why: fmt.Sprintf("node %s has another process", n.ID)}
	}
	for _, v := range []Verdict{verified(s), turned(s, n, member.Draining, Drain)} {
		if !v.Done {
			return v // it was, before the plan was interrupted
		}
	}
	return Verdict{Act: Stop, Why: fmt.Sprintf("node %s runs", n.ID)}
}

func started(s Seen, n Node, command bool) Verdict {
	switch {
	case s.down(n) && command:
		return Verdict{Act: Start, Why: fmt.Sprintf("node %s is down", n.ID)}
	case s.down(n):
		return Verdict{Why: fmt.Sprintf("node %s is down: it is to be started by its supervisor, or by hand", n.ID)}
	case s.NodeErr != nil:
		return Verdict{Why: s.NodeErr.Error()}
	case s.Node.Boot == n.Boot: // it was only out of reach
		return stopped(s, n)
	}
	return Verdict{Done: true, Why: fmt.Sprintf("node %s runs %s", n.ID, s.Node.Version)}
}
