package place_test

import (
	"testing"

	"ursula/control/place"
)

func thousand() (own []place.Replica) {
	for g := range uint32(1024) {
		own = append(own, place.Replica{
			Group: g, Leader: "1", Leads: g%3 == 0, Term: 7, Settled: true,
			Voters: []string{"1", "2", "3"}, Last: 1_000_000 + uint64(g), Applied: 999_990 + uint64(g),
		})
	}
	return own
}

// What a node pays for each member that asks it, and that it asks, once a second.
func BenchmarkReportOf1024Groups(b *testing.B) {
	own := thousand()
	for b.Loop() {
		text, err := place.NewReport(1, "", place.Cold{}, own).Encode()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := place.DecodeReport(text); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(text)), "bytes")
	}
}

func BenchmarkPlanOf1024Groups(b *testing.B) {
	view := place.View{}
	for _, id := range []string{"1", "2", "3"} {
		view.Members = append(view.Members, place.Member{ID: id, State: "active", Reachable: true})
	}
	for _, r := range thousand() {
		lag := map[string]uint64{"1": 0, "2": 0, "3": 0}
		view.Groups = append(view.Groups, place.Group{ID: r.Group, Leader: "1", Voters: r.Voters, Settled: true, Lag: lag})
	}
	for b.Loop() {
		place.Plan(view, place.DefaultLimits())
	}
}
