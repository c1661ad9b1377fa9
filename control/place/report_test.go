package place_test

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ursula/control/member"
	"ursula/control/place"
)

func replicas() []place.Replica {
	return []place.Replica{
		{Group: 0, Leader: "1", Leads: true, Term: 3, Settled: true, Voters: []string{"1", "2"}, Learners: []string{"3"}, Last: 100, Applied: 90},
		{Group: 1, Leader: "2", Voters: []string{"1", "2"}, Last: 7, Applied: 5},
		{Group: 2, Leader: "3", Voters: []string{"1"}, Last: 1},
	}
}

// The golden file is what nodes of version 1 have sent.
func TestTheGoldenReportIsStillRead(t *testing.T) {
	report := place.NewReport(4, "disk is full", place.Cold{Unseen: 1, Missing: 3, Lost: 2}, replicas())
	text, err := report.Encode()
	if err != nil {
		t.Fatal(err)
	}
	const path = "testdata/report.v1.json"
	if *rewrite {
		if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || strings.TrimSpace(string(want)) != string(text) {
		t.Errorf("%v\ngot %s", err, text)
	}
	if read, err := place.DecodeReport(text); err != nil || !reflect.DeepEqual(read, report) {
		t.Errorf("read %+v, %v", read, err)
	}
	for _, bad := range []string{``, `[]`, `{"format":2}`, `{}`} {
		if _, err := place.DecodeReport([]byte(bad)); !errors.Is(err, place.ErrReport) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func threeMembers(t *testing.T) member.Roster {
	founders := []member.Founder{{ID: "1", Address: "a:1", Disk: "d1"}, {ID: "2", Address: "b:1", Disk: "d2"}, {ID: "3", Address: "c:1", Disk: "d3"}}
	r, err := member.First("c", 3, founders, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Leaders are believed about their groups, the one of the later term more; what
// nobody claims, is what the own replica says, and nothing is certain about it.
func TestAViewIsPutTogetherFromReports(t *testing.T) {
	own := replicas()
	reports := map[string]place.Report{
		"1": place.NewReport(1, "", place.Cold{Missing: 2}, own),
		"2": {Unfit: "disk is full",
			Logs: []place.Log{{Group: 0, Last: 98, Applied: 60}, {Group: 1, Last: 9, Applied: 9}},
			Led: []place.Led{{Group: 1, Term: 2, Settled: true, Voters: []string{"2"}},
				{Group: 0, Term: 2, Settled: true, Voters: []string{"2"}}}}, // it has not noticed yet
	}
	v := place.Assemble(threeMembers(t), own, reports)
	want := []place.Group{
		{ID: 0, Leader: "1", Answers: true, Settled: true, Voters: []string{"1", "2"}, Learners: []string{"3"}, Lag: map[string]uint64{"1": 0, "2": 30}},
		{ID: 1, Leader: "2", Answers: true, Settled: true, Voters: []string{"2"}, Lag: map[string]uint64{"1": 4, "2": 0}},
		{ID: 2, Leader: "3", Voters: []string{"1"}},
	}
	if !reflect.DeepEqual(v.Groups, want) {
		t.Errorf("groups\n%+v\nwant\n%+v", v.Groups, want)
	}
	if unserved := v.Unserved(own); !slices.Equal(unserved, []uint32{2}) {
		t.Errorf("unserved %v", unserved)
	}
	own[0].Leader = "2" // not by whom it says so
	if unserved := v.Unserved(own); !slices.Equal(unserved, []uint32{0, 2}) {
		t.Errorf("unserved %v", unserved)
	}
	var answered []bool
	for _, m := range v.Members {
		answered = append(answered, m.Reachable)
	}
	if !slices.Equal(answered, []bool{true, true, false}) || v.Members[1].Unfit == "" {
		t.Errorf("members %+v", v.Members)
	}
	if v.Everywhere("2") || v.Nowhere("9") {
		t.Error("certain of a group whose leader does not tell")
	}
}

func TestAStatusSumsUp(t *testing.T) {
	own := replicas()
	r := threeMembers(t)
	v := place.Assemble(r, own, map[string]place.Report{"1": place.NewReport(1, "", place.Cold{Missing: 2}, own)})
	s := place.Summarize(r, v, place.DefaultLimits())
	one, _ := s.Member("1")
	one.Since = time.Time{}
	want := place.MemberStatus{ID: "1", Address: "a:1", Disk: "d1", State: member.Active, Reachable: true, Cold: place.Cold{Missing: 2}, Leads: 1, Votes: 3, CaughtUp: 1}
	if one != want {
		t.Errorf("got %+v", one)
	}
	if three, ok := s.Member("3"); !ok || three.Reachable || three.Learns != 1 || three.Leads != 1 {
		t.Errorf("got %+v", three)
	}
}
