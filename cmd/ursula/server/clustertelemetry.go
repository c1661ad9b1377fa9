package server

import (
	"ursula/core/bucket/peerbucket"
	"ursula/core/node"
	"ursula/infra/natsd"
	"ursula/infra/otel"
	"ursula/infra/transport"
)

// clusterSnapshot is what a member tells about itself and the others.
func (s *Server) clusterSnapshot() (otel.Cluster, bool) {
	if !s.opened.Load() || s.cluster == nil {
		return otel.Cluster{}, false
	}
	told := s.cluster.tell()
	told.Tails.Used = int64(s.hub.Hints())
	return told, true
}

func (c *cluster) tell() otel.Cluster {
	k := c.keeper.Load()
	told := tellGroups(c.node.ClusterStats())
	told.Unserved = int64(k.UnservedGroups())
	if self, ok := k.Status().Member(c.config.NodeID); ok {
		told.Lag = int64(self.Lag)
	}
	snapshots := c.links.Snapshots()
	told.SnapshotsSent, told.SnapshotsReceived = int64(snapshots.Sent), int64(snapshots.Received)
	told.Mirror = tellMirror(c.objects.mirror.Load().Stats())
	if bus := c.bus.Load(); bus != nil {
		told.Tails = tellTails(bus.Stats())
	}
	for _, p := range c.links.Peers() {
		told.Peers = append(told.Peers, tellPeer(p))
	}
	return told
}

func tellGroups(n node.ClusterStats) otel.Cluster {
	f, e := &n.Forward, &n.Elections
	return otel.Cluster{
		Leaderless:     int64(n.Leaderless),
		ElectionsBegun: int64(e.Begun), ElectionsWon: int64(e.Won), LeaderChanges: int64(e.Changes),
		Forward: otel.Forward{
			Done: int64(f.Done), NoLeader: int64(f.NoLeader), Unknown: int64(f.Unknown),
			Refused: int64(f.Refused), Repeated: int64(f.Repeated),
		},
		Reads: otel.Reads{Questions: int64(n.Questions.Questions), Calls: int64(n.Questions.Calls)},
	}
}

func tellMirror(m peerbucket.MirrorStats) otel.Mirror {
	return otel.Mirror{Missing: m.Missing, Lost: m.Lost, Fetched: int64(m.Fetched), Failures: int64(m.Failures)}
}

func tellTails(b natsd.Stats) otel.Tails {
	return otel.Tails{
		Routes: int64(b.Routes), Sent: int64(b.Published), Received: int64(b.Received), Dropped: int64(b.Dropped),
	}
}

func tellPeer(p transport.PeerStatus) otel.Peer {
	told := otel.Peer{
		ID: p.ID, Calls: int64(p.Calls.Ended), CallFailures: int64(p.Calls.Failed), CallsPending: p.Calls.Pending,
	}
	for _, l := range p.Links {
		told.Links = append(told.Links, otel.Link{
			Class: l.Class.String(), Up: l.Connected, Received: int64(l.BytesIn), Sent: int64(l.BytesOut),
		})
	}
	return told
}
