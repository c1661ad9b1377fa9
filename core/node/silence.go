package node

import (
	"context"
	"sync"

	"ursula/core/group/raftgroup"
)

// silence gives all groups of a member another leader once one of them has found it
// silent for as long as the timers allow. Left to itself each group looks at random
// moments, up to three times as late; a host that hangs is silent to all. Where others hear
// from the member it was this node that hung, or is cut off (Suspect).
type silence struct {
	kick chan struct{}

	mu      sync.Mutex
	members map[string]struct{} // that were found silent
}

func newSilence() *silence {
	return &silence{kick: make(chan struct{}, 1), members: make(map[string]struct{})}
}

// of says that a group has found a member silent. It never waits.
func (s *silence) of(id string) {
	s.mu.Lock()
	s.members[id] = struct{}{}
	s.mu.Unlock()
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

func (s *silence) take() map[string]struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	members := s.members
	s.members = make(map[string]struct{})
	return members
}

func (s *silence) run(ctx context.Context, n *Node) {
	timers := raftgroup.TimersFor(n.id.Groups)
	patience := timers.Heartbeat - timers.Contact() // another group's last heartbeat may have come so much later
	for {
		select {
		case <-s.kick:
		case <-ctx.Done():
			return
		}
		for id := range s.take() {
			n.Suspect(ctx, id, patience)
		}
	}
}
