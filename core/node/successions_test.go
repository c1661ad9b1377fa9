package node

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"ursula/core/route"
	"ursula/core/stream"
)

// told is how often a node was told of new leaders of two streams' groups.
type told struct {
	mu           sync.Mutex
	moved, still int
}

func (s *told) take(moved, still stream.Name) func(of func(stream.Name) bool) {
	return func(of func(stream.Name) bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if of(moved) {
			s.moved++
		}
		if of(still) {
			s.still++
		}
	}
}

func (s *told) reset() (moved, still int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	moved, still = s.moved, s.still
	s.moved, s.still = 0, 0
	return moved, still
}

// Whenever a group is led by another node, every node tells those who wait at its
// streams: who led, who leads, and who follows now this one and now that one.
func TestEveryNodeTellsOfANewLeader(t *testing.T) {
	all := map[string]*told{"a": {}, "b": {}, "c": {}}
	const moved = stream.Name("v1/a")
	still, table := moved, route.Table{Groups: 4, Shards: 2} // of small
	for i := 0; table.Group(still) == table.Group(moved); i++ {
		still = stream.Name(fmt.Sprint("v1/still", i))
	}
	listen := func(c *trio) {
		c.tune = func(o *Options) { o.Succeeded = all[o.Directory.Identity().NodeID].take(moved, still) }
	}
	onTrio(t, listen, func(t *testing.T, c *trio) {
		c.move(still, c.peers[0])
		c.move(moved, c.peers[0])
		for i := range 6 {
			synctest.Wait()
			for _, h := range all {
				h.reset()
			}
			c.move(moved, c.peers[(i+1)%3])
			c.ready()
			synctest.Wait()
			for id, h := range all {
				if moved, still := h.reset(); moved != 1 || still != 0 {
					t.Errorf("move %d: node %s told of it %d times, and %d times of a group that stayed", i, id, moved, still)
				}
			}
		}
	})
}
