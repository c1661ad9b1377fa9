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

// followRoster learns of every roster that this node's replica has. It is woken by every entry
// of the members' group, which holds streams too: what is known already is not decoded again.
func (c *cluster) followRoster(ctx context.Context) {
	var known uint64
	for {
		if value, version := c.node.KnownMembers(); version != known {
			if err := c.learn(value); err != nil {
				c.log.Error("cluster: roster", "error", err)
			} else {
				known = version
			}
		}
		select {
		case <-c.node.MembersChanged():
		case <-ctx.Done():
			return
		}
	}
}

func (c *cluster) learn(value []byte) error {
	r, err := member.DecodeRoster(value)
	if err != nil {
		return err
	}
	return c.membership.learn(r)
}
