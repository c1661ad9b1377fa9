package node

import (
	"errors"
	"testing"
	"time"

	"ursula/core/stream"
)

// Lifetimes go by the clock of the leader of the moment. All nodes judge alike,
// however far their own clocks are off.
func TestLifetimesGoByTheLeadersClock(t *testing.T) {
	skewed := func(c *trio) {
		c.peers[1].set(time.Hour)
		c.peers[2].set(-time.Hour)
	}
	onTrio(t, skewed, func(t *testing.T, c *trio) {
		for i, leader := range c.peers {
			c.move("v1/a", leader)
			command := creation("v1/a", octets)
			command.Lifetime = stream.Lifetime{TTL: 60}
			mustCreate(t, c.peers[(i+1)%3].Node, command)
			time.Sleep(59 * time.Second)
			c.wantAlive("v1/a", true)
			time.Sleep(11 * time.Second) // renewals are rounded
			c.wantAlive("v1/a", false)
		}
	})
}

// A clock that is set after the leader's was heard of changes nothing: what is over by it is
// asked about.
func TestLifetimesWhenAClockIsSet(t *testing.T) {
	onTrio(t, nil, func(t *testing.T, c *trio) {
		c.move("v1/a", c.peers[0])
		command := creation("v1/a", octets)
		command.Lifetime = stream.Lifetime{ExpiresAt: time.Now().Add(time.Hour).UnixMilli()}
		mustCreate(t, c.peers[0].Node, command)
		time.Sleep(time.Minute)
		c.wantAlive("v1/a", true)
		c.peers[1].set(2 * time.Hour)
		c.peers[2].set(-2 * time.Hour)
		c.wantAlive("v1/a", true)
		time.Sleep(time.Hour)
		c.wantAlive("v1/a", false)
	})
}

func (c *trio) wantAlive(name stream.Name, want bool) {
	c.t.Helper()
	for _, p := range c.peers {
		_, err := p.Head(c.t.Context(), name)
		if alive := err == nil; alive != want || err != nil && !errors.Is(err, stream.ErrNotFound) {
			c.t.Errorf("node %s: %v, want alive=%v", p.id, err, want)
		}
	}
}

// What expired is reclaimed by the leader without anybody asking, though it made
// none of it itself.
func TestExpiredStreamsAreReclaimedInACluster(t *testing.T) {
	onTrio(t, nil, func(t *testing.T, c *trio) {
		_, others := c.leads("v1/a")
		command := creation("v1/a", octets)
		command.Data, command.Lifetime = []byte("data"), stream.Lifetime{TTL: 10}
		mustCreate(t, others[0].Node, command)
		time.Sleep(time.Minute)
		c.wantEmpty()
	})
}
