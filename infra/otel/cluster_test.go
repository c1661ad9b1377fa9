package otel

import (
	"maps"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
)

// TestClusterFiguresComeFromTheirFields numbers the fields of a cluster and compares
// what comes out with a table of where each figure should come from.
func TestClusterFiguresComeFromTheirFields(t *testing.T) {
	c := numberedCluster()
	f, r, m, e, p := &c.Forward, &c.Reads, &c.Mirror, &c.Tails, &c.Peers[0]
	want := map[string]int64{
		"ursula_groups_leaderless": c.Leaderless, "ursula_groups_unserved": c.Unserved, "ursula_replica_lag": c.Lag,
		"ursula_elections_begun_total": c.ElectionsBegun, "ursula_elections_won_total": c.ElectionsWon,
		"ursula_leader_changes_total": c.LeaderChanges,
		"ursula_snapshots_sent_total": c.SnapshotsSent, "ursula_snapshots_received_total": c.SnapshotsReceived,
		"ursula_forward_commands_total outcome=done":      f.Done,
		"ursula_forward_commands_total outcome=no_leader": f.NoLeader,
		"ursula_forward_commands_total outcome=unknown":   f.Unknown,
		"ursula_forward_commands_total outcome=refused":   f.Refused,
		"ursula_forward_repeats_total":                    f.Repeated,
		"ursula_read_questions_total":                     r.Questions, "ursula_read_question_calls_total": r.Calls,
		"ursula_mirror_missing": m.Missing, "ursula_mirror_lost": m.Lost,
		"ursula_mirror_fetched_total": m.Fetched, "ursula_mirror_failures_total": m.Failures,
		"ursula_tails_routes": e.Routes, "ursula_tails_sent_total": e.Sent, "ursula_tails_received_total": e.Received,
		"ursula_tails_used_total": e.Used, "ursula_tails_dropped_total": e.Dropped,
		"ursula_peer_calls_total peer=2": p.Calls, "ursula_peer_call_failures_total peer=2": p.CallFailures,
		"ursula_peer_calls_pending peer=2":                   p.CallsPending,
		"ursula_peer_up class=log,peer=2":                    1,
		"ursula_peer_up class=call,peer=2":                   0,
		"ursula_peer_received_bytes_total class=log,peer=2":  p.Links[0].Received,
		"ursula_peer_received_bytes_total class=call,peer=2": p.Links[1].Received,
		"ursula_peer_sent_bytes_total class=log,peer=2":      p.Links[0].Sent,
		"ursula_peer_sent_bytes_total class=call,peer=2":     p.Links[1].Sent,
	}
	got := seriesOf(busy(t).scrape())
	for name, value := range want {
		if told, ok := got[name]; !ok || told != float64(value) {
			t.Errorf("%s is %v, %v; want %d", name, told, ok, value)
		}
	}
	names := map[string]bool{}
	for name := range want {
		family, _, _ := strings.Cut(name, " ")
		names[family] = true
	}
	if len(names) != len(clusterCatalog()) {
		t.Errorf("%d names for %d series: %v", len(names), len(clusterCatalog()), slices.Sorted(maps.Keys(names)))
	}
}

// seriesOf lists gauges and counters by name and labels.
func seriesOf(families map[string]*dto.MetricFamily) map[string]float64 {
	all := map[string]float64{}
	for name, family := range families {
		for _, m := range family.Metric {
			var labels []string
			for _, l := range m.Label {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			slices.Sort(labels)
			value := m.GetGauge().GetValue() + m.GetCounter().GetValue()
			all[strings.TrimSpace(name+" "+strings.Join(labels, ","))] = value
		}
	}
	return all
}

// TestANodeForItselfTellsNoCluster has none of the series of a cluster.
func TestANodeForItselfTellsNoCluster(t *testing.T) {
	s := newServer(t, nil)
	snapshot, _ := numbered()
	s.snapshot.Store(&snapshot)
	for name := range seriesOf(s.scrape()) {
		if strings.HasPrefix(name, "ursula_peer") || strings.HasPrefix(name, "ursula_elections") {
			t.Errorf("told: %s", name)
		}
	}
}
