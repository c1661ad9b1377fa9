package server

import (
	"context"
	"fmt"
	"net"

	"ursula/control/member"
	"ursula/core/stream"
	"ursula/core/tail"
	"ursula/infra/natsd"
)

// openBus begins to bring tail events of streams that are led elsewhere to those
// who wait for them here. Nothing depends on it: this node's own replicas publish
// the same events a little later.
func (c *cluster) openBus(hub *tail.Hub, tune func(*natsd.Options)) error {
	options := natsd.Options{
		NodeID: c.config.NodeID, Cluster: c.directory.Identity().Cluster,
		Open: func(ctx context.Context, peer string) (net.Conn, error) {
			return c.links.Open(ctx, peer, serviceTails)
		},
		Listener: c.links.Service(serviceTails),
		Deliver:  hub.Hint, Logger: c.log, // what is lost, this node's replicas tell
	}
	if tune != nil {
		tune(&options)
	}
	bus, err := natsd.Start(options)
	if err != nil {
		return fmt.Errorf("open the tail events' bus: %w", err)
	}
	c.bus.Store(bus)
	c.reachBus(c.membership.roster())
	return nil
}

// reachBus tells the bus who the others are.
func (c *cluster) reachBus(r member.Roster) {
	bus := c.bus.Load()
	if bus == nil || r.Version == 0 {
		return
	}
	var ids []string
	for _, m := range r.Members {
		ids = append(ids, m.ID)
	}
	if err := bus.SetPeers(ids); err != nil {
		c.log.Warn("cluster: tail events do not reach all members; their replicas tell them later", "error", err)
	}
}

// tails implements node.Cluster's Tails.
func (c *cluster) tails(group uint32, term uint64, events []stream.Event) {
	if bus := c.bus.Load(); bus != nil {
		bus.Publish(group, term, events)
	}
}

// watched follows what readers on this node wait for.
func (s *Server) watched(name stream.Name, watched bool) {
	if s.cluster == nil {
		return
	}
	bus := s.cluster.bus.Load()
	switch {
	case bus == nil:
	case watched:
		bus.Interest(name)
	default:
		bus.Uninterest(name)
	}
}
