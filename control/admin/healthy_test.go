package admin_test

import (
	"errors"
	"strings"
	"testing"

	"ursula/control/admin"
	"ursula/control/admin/admintest"
	"ursula/control/member"
	"ursula/control/place"
)

// Who may not lead would give the group away again at once, and the operator would have
// been told that it leads.
func TestNobodyIsMadeALeaderWhoMayNotLead(t *testing.T) {
	cluster := admintest.New(3, 3)
	url, _ := serve(t, cluster)
	c := client(t, url)
	if _, err := c.Drain(t.Context(), "2"); err != nil {
		t.Fatal(err)
	}
	cluster.SetDown("3", true)
	for id, why := range map[string]string{"2": "node 2 is draining", "3": "node 3 does not answer"} {
		err := c.Transfer(t.Context(), 0, id)
		if p := new(admin.Problem); !errors.As(err, &p) || p.Code != "may-not-lead" || !strings.Contains(p.Detail, why) {
			t.Errorf("to node %s: %v", id, err)
		}
	}
}

// What explains the rest is told: a member that is away, or groups without a leader, and
// not that some other member is behind.
func TestTheCauseIsToldFirst(t *testing.T) {
	well := place.MemberStatus{State: member.Active, Reachable: true, Votes: 2, CaughtUp: 2}
	as := func(id string, change func(*place.MemberStatus)) place.MemberStatus {
		m := well
		m.ID = id
		change(&m)
		return m
	}
	same, behind := func(*place.MemberStatus) {}, func(m *place.MemberStatus) { m.CaughtUp = 0 }
	silent := func(m *place.MemberStatus) { m.Reachable = false }
	led := []place.GroupStatus{{ID: 0, Leader: "1", Voters: []string{"1", "2", "3"}, Settled: true}}
	for want, s := range map[string]place.Status{
		"all is well":                          {Members: []place.MemberStatus{as("1", same), as("2", same), as("3", same)}, Groups: led},
		"nodes 2, 3 do not answer":             {Members: []place.MemberStatus{as("1", behind), as("2", silent), as("3", silent)}, Groups: led},
		"node 3 does not answer":               {Members: []place.MemberStatus{as("1", same), as("2", behind), as("3", silent)}, Groups: led},
		"1 of 1 groups have no leader":         {Members: []place.MemberStatus{as("1", behind)}, Groups: []place.GroupStatus{{}}},
		"node 1 has caught up in 0 of 1":       {Members: []place.MemberStatus{as("1", behind)}, Groups: led},
		"group 0 is not settled: leader \"1\"": {Members: []place.MemberStatus{as("1", same)}, Groups: led},
	} {
		ok, why := admin.Healthy(admin.Status{Status: s})
		if ok != (want == "all is well") || !strings.Contains(why, want) {
			t.Errorf("%v, %q, want %q", ok, why, want)
		}
	}
}
