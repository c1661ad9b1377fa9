package server

import (
	"context"
	"fmt"
	"time"

	"ursula/cmd/ursula/config"
	"ursula/control/member"
)

// form opens the links and returns once this node is part of a cluster.
func (c *cluster) form(ctx context.Context, groups int) (err error) {
	if c.membership, err = openMembership(c.directory, c.changed); err != nil {
		return err
	}
	f := &formation{
		membership: c.membership, peers: peers(c.config), address: address(c.config), groups: groups, log: c.log,
		call: func(ctx context.Context, peer string, m method, payload []byte) ([]byte, error) {
			return calls{c.links}.Call(ctx, peer, m, payload)
		},
	}
	c.hello = f.hello
	if err := c.openLinks(); err != nil {
		return err
	}
	if err := f.run(ctx); err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	return nil
}

func peers(c config.Cluster) (peers []member.Peer) {
	for id, address := range c.Peers.Addresses() {
		peers = append(peers, member.Peer{ID: id, Address: address})
	}
	return peers
}

// address is where the others reach this node.
func address(c config.Cluster) string {
	if listed, ok := c.Peers.Addresses()[c.NodeID]; ok {
		return listed
	}
	return c.Listen
}

// first is the roster that the cluster begins with, of version 0 on a node that
// did not found it.
func (c *cluster) first() member.Roster {
	founders := c.membership.founders()
	if len(founders) == 0 {
		return member.Roster{}
	}
	id := c.directory.Identity()
	r, err := member.First(id.Cluster, id.Groups, founders, time.Now())
	if err != nil {
		c.log.Error("cluster: first roster", "error", err) // Decide has judged the founders
	}
	return r
}
