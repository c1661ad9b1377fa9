package node

import (
	"errors"
	"testing"

	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// A fork is whole whichever node drives it and whoever leads the two groups: it
// has its reference when it is there, so the source's end does not touch it, and
// gives it back with its own end.
func TestForksAreDrivenOnAnyNode(t *testing.T) {
	onTrio(t, nil, func(t *testing.T, c *trio) {
		n := c.peers[0].Node
		source, fork := inGroup(n, 0, "source"), inGroup(n, 1, "fork")
		for i := range 9 {
			c.move(source, c.peers[i%3])
			c.move(fork, c.peers[i/3])
			for _, driver := range c.peers {
				mustCreate(t, driver.Node, creation(source, octets))
				mustAppend(t, driver.Node, addition(source, octets, []byte("inherited")))
				mustCreate(t, driver.Node, forking(fork, source, store.CurrentTail, 0))
				mustDelete(t, driver.Node, source)
				if _, err := driver.Head(t.Context(), source); !errors.Is(err, stream.ErrGone) {
					t.Errorf("driven on %s: the source is not held by its fork: %v", driver.id, err)
				}
				c.wantContent(fork, "inherited")
				mustDelete(t, driver.Node, fork)
				settled()
			}
		}
		c.wantEmpty()
	})
}
