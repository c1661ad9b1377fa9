package node

import (
	"context"
	"sync"

	"ursula/core/stream"
)

// successions are the groups that another node leads than before, until those who wait at
// their streams have been told. However many groups change at once, the watchers are gone
// through once.
type successions struct {
	kick chan struct{} // holds a token when groups is not empty

	mu     sync.Mutex
	groups map[uint32]bool
}

func newSuccessions() *successions {
	return &successions{kick: make(chan struct{}, 1), groups: make(map[uint32]bool)}
}

// of notes a change of leader. It blocks nobody.
func (s *successions) of(group uint32) {
	s.mu.Lock()
	s.groups[group] = true
	s.mu.Unlock()
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

func (s *successions) take() map[uint32]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.groups
	s.groups = make(map[uint32]bool)
	return taken
}

// run tells of them until ctx ends.
func (s *successions) run(ctx context.Context, n *Node) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.kick:
		}
		groups := s.take()
		n.options.Succeeded(func(name stream.Name) bool { return groups[n.table.Group(name)] })
	}
}
