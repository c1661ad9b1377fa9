package otel

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// tell takes a value with its labels.
type tell func(value int64, labels ...attribute.KeyValue)

// clusterFigure is a figure of a Cluster that has labels, or none.
type clusterFigure struct {
	name  string
	unit  string
	grows bool
	help  string
	each  func(*Cluster, tell)
}

// clusterCatalog lists what is read from a Cluster. Labels are the ids of members,
// classes of connections, and outcomes: all of them are few.
func clusterCatalog() []clusterFigure {
	all := append(groupSeries(), forwardSeries()...)
	all = append(all, copySeries()...)
	return append(all, peerSeries()...)
}

// plain is a figure without labels.
func plain(value func(*Cluster) int64) func(*Cluster, tell) {
	return func(c *Cluster, t tell) { t(value(c)) }
}

func groupSeries() []clusterFigure {
	return []clusterFigure{
		{"ursula.groups.leaderless", "{group}", false, "Groups whose leader this server does not know.",
			plain(func(c *Cluster) int64 { return c.Leaderless })},
		{"ursula.groups.unserved", "{group}", false, "Groups that have no leader which answers this server.",
			plain(func(c *Cluster) int64 { return c.Unserved })},
		{"ursula.replica.lag", "{entry}", false, "Log entries that this server is behind its leaders, the most in any group.",
			plain(func(c *Cluster) int64 { return c.Lag })},
		{"ursula.elections.begun", "{election}", true, "Times that this server stood for election in a group.",
			plain(func(c *Cluster) int64 { return c.ElectionsBegun })},
		{"ursula.elections.won", "{election}", true, "Times that this server was elected in a group.",
			plain(func(c *Cluster) int64 { return c.ElectionsWon })},
		{"ursula.leader.changes", "{change}", true, "Times that a group was found to have another leader than before.",
			plain(func(c *Cluster) int64 { return c.LeaderChanges })},
		{"ursula.snapshots.sent", "{snapshot}", true, "Snapshots sent to followers that were too far behind.",
			plain(func(c *Cluster) int64 { return c.SnapshotsSent })},
		{"ursula.snapshots.received", "{snapshot}", true, "Snapshots received from leaders.",
			plain(func(c *Cluster) int64 { return c.SnapshotsReceived })},
	}
}

func forwardSeries() []clusterFigure {
	return []clusterFigure{
		{"ursula.forward.commands", "{command}", true, "Commands that were sent to the server that leads.", outcomes},
		{"ursula.forward.repeats", "{command}", true, "Commands that were tried again because they had not happened, or would be recognised.",
			plain(func(c *Cluster) int64 { return c.Forward.Repeated })},
		{"ursula.read.questions", "{question}", true, "Questions to other servers that reads needed answered to be linearizable.",
			plain(func(c *Cluster) int64 { return c.Reads.Questions })},
		{"ursula.read.question.calls", "{call}", true, "Calls that carried such questions, which share them.",
			plain(func(c *Cluster) int64 { return c.Reads.Calls })},
	}
}

func outcomes(c *Cluster, t tell) {
	outcome := func(name string) attribute.KeyValue { return attribute.String("outcome", name) }
	t(c.Forward.Done, outcome("done"))
	t(c.Forward.NoLeader, outcome("no_leader"))
	t(c.Forward.Unknown, outcome("unknown"))
	t(c.Forward.Refused, outcome("refused"))
}

func copySeries() []clusterFigure {
	return []clusterFigure{
		{"ursula.mirror.missing", "{object}", false, "Cold objects that this server lacks a copy of.",
			plain(func(c *Cluster) int64 { return c.Mirror.Missing })},
		{"ursula.mirror.lost", "{object}", false, "Cold objects of which no server has a good copy.",
			plain(func(c *Cluster) int64 { return c.Mirror.Lost })},
		{"ursula.mirror.fetched", "{object}", true, "Cold objects fetched from other servers.",
			plain(func(c *Cluster) int64 { return c.Mirror.Fetched })},
		{"ursula.mirror.failures", "{failure}", true, "Fetches of cold objects that failed.",
			plain(func(c *Cluster) int64 { return c.Mirror.Failures })},
		{"ursula.tails.routes", "{route}", false, "Other servers that tail events go to and come from.",
			plain(func(c *Cluster) int64 { return c.Tails.Routes })},
		{"ursula.tails.sent", "{event}", true, "Tail events sent to servers where somebody waits.",
			plain(func(c *Cluster) int64 { return c.Tails.Sent })},
		{"ursula.tails.received", "{event}", true, "Tail events received for readers here.",
			plain(func(c *Cluster) int64 { return c.Tails.Received })},
		{"ursula.tails.used", "{event}", true, "Tail events that readers here were handed before the own replica had them.",
			plain(func(c *Cluster) int64 { return c.Tails.Used })},
		{"ursula.tails.dropped", "{event}", true, "Tail events not sent, for want of room or of a connection.",
			plain(func(c *Cluster) int64 { return c.Tails.Dropped })},
	}
}

func peerSeries() []clusterFigure {
	return []clusterFigure{
		{"ursula.peer.up", "", false, "1 while this server is connected to another one, else 0.",
			links(func(l *Link) int64 {
				if l.Up {
					return 1
				}
				return 0
			})},
		{"ursula.peer.received", bytes, true, "Bytes received on connections that this server dialed.",
			links(func(l *Link) int64 { return l.Received })},
		{"ursula.peer.sent", bytes, true, "Bytes sent on connections that this server dialed.",
			links(func(l *Link) int64 { return l.Sent })},
		{"ursula.peer.calls", "{call}", true, "Calls to another server that have ended.",
			peers(func(p *Peer) int64 { return p.Calls })},
		{"ursula.peer.call.failures", "{call}", true, "Calls to another server without an answer, or with an error for one.",
			peers(func(p *Peer) int64 { return p.CallFailures })},
		{"ursula.peer.calls.pending", "{call}", false, "Calls to another server that are under way.",
			peers(func(p *Peer) int64 { return p.CallsPending })},
	}
}

func peers(value func(*Peer) int64) func(*Cluster, tell) {
	return func(c *Cluster, t tell) {
		for i := range c.Peers {
			t(value(&c.Peers[i]), attribute.String("peer", c.Peers[i].ID))
		}
	}
}

func links(value func(*Link) int64) func(*Cluster, tell) {
	return func(c *Cluster, t tell) {
		for _, p := range c.Peers {
			for i := range p.Links {
				l := &p.Links[i]
				t(value(l), attribute.String("peer", p.ID), attribute.String("class", l.Class))
			}
		}
	}
}

// observeCluster makes an instrument of each series, with one callback for all.
func observeCluster(meter metric.Meter, cluster func() (Cluster, bool)) error {
	if cluster == nil {
		return nil
	}
	all := clusterCatalog()
	instruments := make([]metric.Int64Observable, len(all))
	observables := make([]metric.Observable, len(all))
	for i, s := range all {
		f := figure{name: s.name, unit: s.unit, grows: s.grows, help: s.help}
		instrument, err := f.instrument(meter)
		if err != nil {
			return err
		}
		instruments[i], observables[i] = instrument, instrument
	}
	_, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		c, ok := cluster()
		if !ok {
			return nil
		}
		for i, s := range all {
			s.each(&c, func(value int64, labels ...attribute.KeyValue) {
				o.ObserveInt64(instruments[i], value, metric.WithAttributes(labels...))
			})
		}
		return nil
	}, observables...)
	return err
}
