package server

import (
	"log/slog"
	"testing"

	"ursula/cmd/ursula/config"
	"ursula/core/tail"
)

// Where a hundred thousand wait, as many reads would follow each change of each group's
// leader, and come each second while subscriptions cannot be loaded.
func TestLeadershipWakesNobodyAtATail(t *testing.T) {
	s := newServer(config.Default(), slog.New(slog.DiscardHandler))
	s.hub = tail.NewHub(tail.Options{})
	t.Cleanup(s.hub.Close)
	watch, err := s.hub.Watch("v1/a")
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Close()
	s.led()
	select {
	case <-watch.Changed():
		t.Error("a reader is made to read again")
	default:
	}
	<-s.reload
}

// Leadership goes around, without a bus: each node leads, ceases to lead, and follows
// first one and then another of the others.
func TestReadersWhileLeadersChange(t *testing.T) {
	t.Parallel()
	f := follow(t, &lanes{down: true})
	for range 2 {
		for _, heir := range f.servers {
			f.lead(heir)
			f.steps(1)
		}
	}
}

// lead makes a server the leader of all groups. What moves by itself meanwhile is moved
// again.
func (f *tailed) lead(heir running) {
	f.t.Helper()
	id := heir.config.Cluster.NodeID
	for heir.node.Led() < heir.node.Groups() {
		for _, s := range f.servers {
			for group, view := range s.node.Views() {
				if view.Leads && s.Server != heir.Server {
					_ = groupsPort{s.node}.Transfer(f.t.Context(), uint32(group), id) // or another did
				}
			}
		}
		f.step(1)
	}
}
