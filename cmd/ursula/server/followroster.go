package server

import (
	"context"

	"ursula/control/member"
)

// changed follows the roster.
func (c *cluster) changed(r member.Roster) {
	if c.links != nil {
		c.reach(r)
	}
	c.reachBus(r)
	if k := c.keeper.Load(); k != nil {
		k.Wake()
	}
}

// followRoster learns of every roster that this node's replica has.
func (c *cluster) followRoster(ctx context.Context) {
	for {
		if err := c.learn(); err != nil {
			c.log.Error("cluster: roster", "error", err)
		}
		select {
		case <-c.node.MembersChanged():
		case <-ctx.Done():
			return
		}
	}
}

func (c *cluster) learn() error {
	value, version := c.node.KnownMembers()
	if version == 0 {
		return nil
	}
	r, err := member.DecodeRoster(value)
	if err != nil {
		return err
	}
	return c.membership.learn(r)
}
