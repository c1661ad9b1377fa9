package node

import (
	"errors"
	"testing"
	"time"

	"ursula/core/stream"
)

// The digests of a group are equal on all nodes, whoever leads it, and change with
// its state.
func TestNodesHaveEqualDigests(t *testing.T) {
	onTrio(t, nil, func(t *testing.T, c *trio) {
		before := c.digest("v1/a")
		command := creation("v1/a", octets)
		command.Data = []byte("data")
		mustCreate(t, c.peers[0].Node, command)
		if after := c.digest("v1/a"); after == before {
			t.Errorf("the same digest with another stream: %x", after)
		}
		if _, err := c.peers[0].Digest(t.Context(), 1000, 0, 0); !errors.Is(err, ErrNoGroup) {
			t.Errorf("a group that is not there: %v", err)
		}
	})
}

// digest is what all nodes say of the group of a stream at the newest of their indexes.
func (c *trio) digest(name stream.Name) [32]byte {
	c.t.Helper()
	id := c.peers[0].group(name).id
	var newest uint64
	for _, p := range c.peers {
		newest = max(newest, p.Views()[id].Applied)
	}
	var sums [3][32]byte
	for i, p := range c.peers {
		d, err := p.Digest(c.t.Context(), id, newest, time.Minute)
		if err != nil || d.Applied != newest {
			c.t.Errorf("node %s: digest at %d of %d, %v", p.id, d.Applied, newest, err)
		}
		sums[i] = d.Sum
	}
	if sums[0] != sums[1] || sums[0] != sums[2] {
		c.t.Errorf("nodes differ: %x", sums)
	}
	return sums[0]
}
