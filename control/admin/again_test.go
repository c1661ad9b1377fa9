package admin_test

import (
	"testing"

	"ursula/control/admin"
	"ursula/control/admin/admintest"
	"ursula/control/member"
	"ursula/control/place"
)

// TestAReplacementIsAskedForAgain: the command may be repeated until the new disk is
// active.
func TestAReplacementIsAskedForAgain(t *testing.T) {
	cluster := admintest.New(3, 6)
	url, _ := serve(t, cluster)
	two := member.Peer{ID: "2", Address: "127.0.0.2:5437"}
	cluster.SetDown("2", true)
	if _, err := client(t, url).Replace(t.Context(), "2", two); err != nil {
		t.Fatal(err)
	}
	cluster.SetDown("2", false)
	for _, state := range []member.State{member.Joining, member.Active} {
		for m := (member.Member{}); m.State != state || m.Disk == ""; m, _ = cluster.Roster().Find("2") {
			cluster.Status() // one step
		}
		before := cluster.Roster().Version
		version, err := client(t, url).Replace(t.Context(), "2", two)
		if again := state == member.Joining; again != (err == nil) || again && version != before || cluster.Roster().Version != before {
			t.Errorf("while %s: version %d, before %d: %v", state, version, before, err)
		}
	}
}

func TestALeavingMemberSaysWhomItAwaits(t *testing.T) {
	status := admin.Status{Status: place.Status{Roster: 2, Members: []place.MemberStatus{
		{ID: "2", State: member.Leaving, Reachable: true, Votes: 4}, {ID: "3", State: member.Joining},
	}}}
	for reachable, want := range map[bool]string{
		true:  "node 2 is leaving: in 4 of 0 groups, leads 0; it stays until node 3 has joined",
		false: "node 2 is leaving: in 4 of 0 groups, leads 0",
	} {
		status.Members[0].Reachable = reachable
		if done, says := admin.Left("2", 2)(status); done || says != want {
			t.Errorf("answers=%v: %v, %q", reachable, done, says)
		}
	}
}
