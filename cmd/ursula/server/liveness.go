package server

import (
	"context"
	"errors"
	"syscall"
	"time"

	"ursula/infra/transport"
)

// probePatience bounds a look at a peer whose connection ended.
const probePatience = 500 * time.Millisecond

// followLinks watches the connections to the others. What waits for a peer is
// told that one may be back; and where a connection ended because the peer's
// process did, its groups elect another leader at once. The system of a machine
// that runs says so: it refuses connections to an address where nobody listens.
func (c *cluster) followLinks(ctx context.Context) {
	up := make(map[string]bool)
	for {
		changed := c.links.Changed()
		for _, p := range c.links.Peers() {
			now := connected(p)
			switch {
			case now && !up[p.ID]:
				c.objects.mirror.Load().Retry()
			case !now && up[p.ID]:
				c.running.Go(func() { c.examine(ctx, p) })
			}
			up[p.ID] = now
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

func connected(p transport.PeerStatus) bool {
	for _, l := range p.Links {
		if l.Class == transport.ClassLog {
			return l.Connected
		}
	}
	return false
}

// suspectAfter is how long a member must be out of reach before its groups look
// for another leader earlier than their timers say. Where these are shorter they
// have been faster.
const suspectAfter = 3 * time.Second

func (c *cluster) examine(ctx context.Context, p transport.PeerStatus) {
	if c.ended(ctx, p) {
		c.log.Info("cluster: a member's process has ended", "member", p.ID)
		c.node.Died(ctx, p.ID)
		return
	}
	select {
	case <-time.After(suspectAfter):
	case <-ctx.Done():
		return
	}
	for _, now := range c.links.Peers() {
		if now.ID == p.ID && !connected(now) {
			c.log.Info("cluster: a member cannot be reached", "member", p.ID)
			c.node.Suspect(ctx, p.ID, suspectAfter)
		}
	}
}

// ended looks whether nobody listens where a peer did.
func (c *cluster) ended(ctx context.Context, p transport.PeerStatus) bool {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	_, err := c.links.Probe(ctx, p.Address)
	return errors.Is(err, syscall.ECONNREFUSED)
}
