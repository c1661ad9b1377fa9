package node

import (
	"context"
	"sync"
	"time"

	"ursula/core/forward"
	"ursula/core/group/raftgroup"
)

// hearPatience bounds the question whether others hear from a member. It is answered at
// once by those who run.
const hearPatience = 250 * time.Millisecond

// Suspect says that another member has not been reached for so long. Groups that have not
// heard from it either elect another leader, if most of their voters say the same: who is
// cut off, or was itself the one that stood still, would only unseat a leader that all
// others follow. It is what Raft's own candidates ask before they stand, of all groups at
// once; standing in a succession goes past that.
func (n *Node) Suspect(ctx context.Context, id string, silence time.Duration) {
	s := raftgroup.Succession{Dead: id, Silence: silence}
	s.Run(ctx, n.missed(ctx, s))
}

// missed returns the groups that have lost their leader, as most of their voters see it.
func (n *Node) missed(ctx context.Context, s raftgroup.Succession) []*raftgroup.Engine {
	groups := s.Orphans(n.engines())
	if len(groups) == 0 {
		return nil
	}
	heard := n.hearsay(ctx, s.Dead, s.Silence, groups)
	missed := groups[:0]
	for i, e := range groups {
		voters := e.View().Voters
		agree := 1 // this node, which stands only where it has a vote
		for _, voter := range voters {
			if says, answered := heard[voter]; answered && !says[i] {
				agree++
			}
		}
		if agree > len(voters)/2 {
			missed = append(missed, e)
		}
	}
	return missed
}

// hearsay is what all members but one say of each group: whether they have heard from its
// leader within a time. Those who do not answer are not in it.
func (n *Node) hearsay(
	ctx context.Context, but string, within time.Duration, groups []*raftgroup.Engine,
) map[string][]bool {
	ctx, cancel := context.WithTimeout(ctx, hearPatience)
	defer cancel()
	ids := make([]uint32, len(groups))
	for i, e := range groups {
		ids[i] = e.Group()
	}
	var asked sync.WaitGroup
	var mu sync.Mutex
	heard := make(map[string][]bool)
	for _, id := range n.options.Cluster.Peers() {
		if id == but {
			continue
		}
		asked.Go(func() {
			says, err := forward.Hears(ctx, n.options.Cluster.Calls, id, within, ids)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				heard[id] = says
			}
		})
	}
	asked.Wait()
	return heard
}
