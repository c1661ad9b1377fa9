package node

import (
	"context"
	"time"

	"ursula/core/group/raftgroup"
)

// Elect gives groups a leader that nobody is known to lead, once those who lead
// have had the time to say so. A member that was away, or had no groups open yet, may hear
// from some of them only later, for they try it ever more seldom: so the others are asked
// whether they hear from a leader.
func (n *Node) Elect(ctx context.Context) {
	timers := raftgroup.TimersFor(n.id.Groups)
	select {
	case <-time.After(timers.Contact() + electDelay):
	case <-ctx.Done():
		return
	}
	s := raftgroup.Succession{}
	s.Run(ctx, n.leaderless(ctx, s, timers.Heartbeat))
}

// electDelay lets the nodes of a cluster that starts find each other.
const electDelay = 250 * time.Millisecond

// leaderless returns the groups of which neither this node nor one that it reaches has
// heard from a leader within a time.
func (n *Node) leaderless(ctx context.Context, s raftgroup.Succession, within time.Duration) (none []*raftgroup.Engine) {
	groups := s.Orphans(n.engines())
	heard := n.hearsay(ctx, "", within, groups)
	for i, e := range groups {
		led := false
		for _, says := range heard {
			led = led || says[i]
		}
		if !led {
			none = append(none, e)
		}
	}
	return none
}
