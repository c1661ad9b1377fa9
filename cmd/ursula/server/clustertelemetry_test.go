package server

import (
	"reflect"
	"testing"

	"ursula/core/bucket/peerbucket"
	"ursula/core/forward"
	"ursula/core/group/raftgroup"
	"ursula/core/node"
	"ursula/infra/natsd"
	"ursula/infra/otel"
	"ursula/infra/transport"
)

// TestTellCluster gives every figure of a member that is told a number of its own.
func TestTellCluster(t *testing.T) {
	for _, row := range []struct{ got, want any }{
		{tellGroups(node.ClusterStats{
			Leaderless: 1, Elections: raftgroup.Elections{Begun: 2, Won: 3, Changes: 4},
			Forward:   forward.Stats{Done: 5, NoLeader: 6, Unknown: 7, Refused: 8, Repeated: 9},
			Questions: forward.QuestionStats{Questions: 10, Calls: 11},
		}), otel.Cluster{
			Leaderless: 1, ElectionsBegun: 2, ElectionsWon: 3, LeaderChanges: 4,
			Forward: otel.Forward{Done: 5, NoLeader: 6, Unknown: 7, Refused: 8, Repeated: 9},
			Reads:   otel.Reads{Questions: 10, Calls: 11},
		}},
		{tellMirror(peerbucket.MirrorStats{Missing: 1, Lost: 2, Fetched: 3, Failures: 4}),
			otel.Mirror{Missing: 1, Lost: 2, Fetched: 3, Failures: 4}},
		{tellTails(natsd.Stats{Routes: 1, Published: 2, Received: 3, Dropped: 4}),
			otel.Tails{Routes: 1, Sent: 2, Received: 3, Dropped: 4}},
		{tellPeer(transport.PeerStatus{
			ID: "2", Calls: transport.CallStatus{Ended: 1, Failed: 2, Pending: 3},
			Links: []transport.LinkStatus{{Class: transport.ClassBulk, Connected: true, BytesIn: 4, BytesOut: 5}},
		}), otel.Peer{
			ID: "2", Calls: 1, CallFailures: 2, CallsPending: 3,
			Links: []otel.Link{{Class: "bulk", Up: true, Received: 4, Sent: 5}},
		}},
	} {
		if !reflect.DeepEqual(row.got, row.want) {
			t.Errorf("told %+v, want %+v", row.got, row.want)
		}
	}
}
