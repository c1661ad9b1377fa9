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
		c.peers[1].skew, c.peers[2].skew = time.Hour, -time.Hour
	}
	onTrio(t, skewed, func(t *testing.T, c *trio) {
		for _, leader := range c.peers {
			c.move("v1/a", leader)
			for _, creator := range c.peers {
				command := creation("v1/a", octets)
				command.Lifetime = stream.Lifetime{TTL: 60}
				mustCreate(t, creator.Node, command)
				l, _ := c.leads("v1/a")
				t.Logf("led by %s", l.id)
				time.Sleep(59 * time.Second)
				c.wantAlive("v1/a", true)
				time.Sleep(2 * time.Second)
				c.wantAlive("v1/a", false)
				t.Logf("leader %s creator %s done", leader.id, creator.id)
			}
		}
	})
}

func (c *trio) wantAlive(name stream.Name, want bool) {
	c.t.Helper()
	l, _ := c.leads("v1/a")
	c.t.Logf("%v led by %s", time.Now(), l.id)
	for _, p := range c.peers {
		info, err0 := p.Head(c.t.Context(), name)
		c.t.Logf("%s: %+v %v now %v", p.id, info, err0, p.group(name).now())
		_, err := p.Head(c.t.Context(), name)
		if alive := err == nil; alive != want || err != nil && !errors.Is(err, stream.ErrNotFound) {
			c.t.Errorf("node %s: %v, want alive=%v", p.id, err, want)
		}
	}
}

// What expired is reclaimed by the leader without anybody asking, also where it
// was made on another node.
func TestExpiredStreamsAreReclaimedInACluster(t *testing.T) {
	onTrio(t, nil, func(t *testing.T, c *trio) {
		for i := range 12 {
			command := creation(numbered(i), octets)
			command.Data, command.Lifetime = []byte("data"), stream.Lifetime{TTL: 10}
			mustCreate(t, c.peers[i%3].Node, command)
		}
		source := creation("v1/source", octets)
		mustCreate(t, c.peers[0].Node, source)
		for i, p := range c.peers {
			fork := forking(numbered(100+i), "v1/source", 0, 0)
			fork.Lifetime = stream.Lifetime{TTL: 20}
			mustCreate(t, p.Node, fork)
		}
		time.Sleep(time.Minute)
		mustDelete(t, c.peers[1].Node, "v1/source")
		c.wantEmpty()
	})
}
