package ctlcmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ursula/cmd/ursula/usage"
	"ursula/control/admin"
	"ursula/control/admin/admintest"
	"ursula/control/place"
)

// node is a node's admin port. When it is stopped, its supervisor starts it again.
type node struct {
	id      string
	cluster *admintest.Cluster
	boots   atomic.Int32
	applied atomic.Uint64 // of every group
	odd     atomic.Bool   // whether group 1 has gone astray here
}

// digest is that of all nodes, but where one is odd.
func (n *node) digest(_ context.Context, group uint32, from uint64, _ time.Duration) (admin.Digest, error) {
	d := admin.Digest{Applied: max(from, n.applied.Load()), Bytes: 7, SHA256: fmt.Sprintf("%064x", group)}
	if n.odd.Load() && group == 1 {
		d.SHA256 = strings.Repeat("f", 64)
	}
	return d, nil
}

func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	admin.New(n.cluster, admin.Options{
		Node: n.id, Version: "v1", Boot: fmt.Sprint(n.boots.Load()), Stop: func() { n.boots.Add(1) },
		Digest: n.digest,
	}).ServeHTTP(w, r)
}

// serve returns the nodes of a cluster and their admin URLs.
func serve(t *testing.T, c *admintest.Cluster) (nodes []*node, urls string) {
	var all []string
	for _, m := range c.Roster().Members {
		n := &node{id: m.ID, cluster: c}
		server := httptest.NewServer(n)
		t.Cleanup(server.Close)
		nodes, all = append(nodes, n), append(all, server.URL)
	}
	return nodes, strings.Join(all, ",")
}

// shell runs `ctl ARGS` as a shell would.
func shell(t *testing.T, args ...string) (stdout, stderr string, err error) {
	var out, messages bytes.Buffer
	cmd := newCommand(&connection{pause: time.Millisecond})
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&messages)
	err = cmd.ExecuteContext(t.Context())
	return out.String(), messages.String(), err
}

func TestMembersAreChangedAndAwaited(t *testing.T) {
	cluster := admintest.New(3, 6)
	_, urls := serve(t, cluster)
	for _, c := range []struct{ command, last, members string }{
		{"add 4=127.0.0.4:5437", "node 4 is active: a voter of all 6 groups", "1:active 2:active 3:active 4:active"},
		{"drain 1", "node 1 is draining: leads 0 of 6 groups", "1:draining 2:active 3:active 4:active"},
		{"undrain 1", "node 1 is active", "1:active 2:active 3:active 4:active"},
		{"replace 2=127.0.0.2:5437", "node 2 is active: a voter of all 6 groups", "1:active 2:active 3:active 4:active"},
		{"replace 3 5=127.0.0.5:5437", "node 3 has left", "1:active 2:active 4:active 5:active"},
		{"remove 5", "node 5 has left", "1:active 2:active 4:active"},
		{"drain 1 --no-wait", "", "1:draining 2:active 4:active"},
	} {
		cluster.SetDown("2", strings.HasPrefix(c.command, "replace 2=")) // it must not run any more
		out, said, err := shell(t, append([]string{"cluster", "--admin", urls}, strings.Fields(c.command)...)...)
		lines := strings.Split(strings.TrimSpace(said), "\n")
		if err != nil || out != "" || lines[len(lines)-1] != c.last {
			t.Errorf("%s: %v, printed %q, said\n%s", c.command, err, out, said)
		}
		if got := members(cluster); got != c.members {
			t.Errorf("%s: %s", c.command, got)
		}
	}
}

func members(c *admintest.Cluster) string {
	var all []string
	for _, m := range c.Roster().Members {
		all = append(all, m.ID+":"+string(m.State))
	}
	return strings.Join(all, " ")
}

func TestTheStatusIsATable(t *testing.T) {
	cluster := admintest.New(3, 6)
	cluster.SetDown("3", true)
	_, urls := serve(t, cluster)
	const want = `cluster test, 6 groups, as node 1 sees it (v1)
not healthy: node 3 does not answer

NODE  ADDRESS         STATE   SINCE                ANSWERS  LEADS  VOTES  LEARNS  LAG  NOTE
1     127.0.0.1:5437  active  1970-01-01 00:00:00  yes      2      6      0       0    -
2     127.0.0.2:5437  active  1970-01-01 00:00:00  yes      2      6      0       0    -
3     127.0.0.3:5437  active  1970-01-01 00:00:00  no       2      6      0       0    -
`
	if out, _, err := shell(t, "cluster", "status", "--admin", urls); err != nil || out != want {
		t.Errorf("%v\n%s", err, out)
	}
	out, _, err := shell(t, "cluster", "status", "--admin", urls, "--groups")
	if row := "\nGROUP  LEADER  VOTERS  LEARNERS  LAG\n0      1       1,2,3   -         0\n"; err != nil || !strings.Contains(out, row) {
		t.Errorf("%v\n%s", err, out)
	}
	if out, _, err := shell(t, "cluster", "status", "--admin", urls, "--json"); err != nil || !strings.Contains(out, `"reachable": false`) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestReplicasAreCompared(t *testing.T) {
	nodes, urls := serve(t, admintest.New(3, 2))
	nodes[2].applied.Store(40) // the others get there
	const equal = `GROUP  NODE  APPLIED  BYTES  SHA256            VERDICT
0      all   56       7      0000000000000000  agree
1      all   56       7      0000000000000000  agree
`
	if out, _, err := shell(t, "cluster", "verify", "--admin", urls); err != nil || out != equal {
		t.Errorf("%v\n%s", err, out)
	}
	nodes[1].odd.Store(true)
	out, _, err := shell(t, "cluster", "verify", "--admin", urls)
	if row := "1      2     56       7      ffffffffffffffff  DIFFER\n"; err == nil || !strings.Contains(out, row) {
		t.Errorf("%v\n%s", err, out)
	}
	if err == nil || err.Error() != "the replicas of 1 of 2 groups differ" {
		t.Errorf("got %v", err)
	}
}

func TestATransfer(t *testing.T) {
	cluster := admintest.New(3, 3)
	_, urls := serve(t, cluster)
	if _, _, err := shell(t, "cluster", "transfer", "2", "1", "--admin", urls); err != nil {
		t.Fatal(err)
	}
	if leader := cluster.Status().Groups[2].Leader; leader != "1" {
		t.Errorf("leader is %s", leader)
	}
}

func TestARolloutIsPlannedRunAndShown(t *testing.T) {
	t.Chdir(t.TempDir())
	nodes, urls := serve(t, admintest.New(3, 6))
	if _, _, err := shell(t, "rollout", "run"); err == nil {
		t.Error("ran without a plan")
	}
	out, _, err := shell(t, "rollout", "plan", "--admin", urls)
	if err != nil || !strings.HasPrefix(out, "STEP  NODE  DO        STATE\n1     1     verify    -\n") {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, _, err := shell(t, "rollout", "status"); err != nil || !strings.Contains(out, "1     1     verify    next: all is well\n") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, _, err := shell(t, "rollout", "plan", "--admin", urls); err == nil {
		t.Error("a plan that is not done was replaced")
	}
	_, said, err := shell(t, "rollout", "resume")
	if err != nil || !strings.Contains(said, "[18/18] undrain node 3: node 3 is active") {
		t.Errorf("%v\n%s", err, said)
	}
	for _, n := range nodes {
		if n.boots.Load() != 1 {
			t.Errorf("node %s was stopped %d times", n.id, n.boots.Load())
		}
	}
	if out, _, err := shell(t, "rollout", "status"); err != nil || strings.Count(out, "done") != 18 {
		t.Errorf("%v\n%s", err, out)
	}
	if _, _, err := shell(t, "rollout", "plan", "--admin", urls); err != nil {
		t.Errorf("the next plan: %v", err)
	}
}

func TestMistakesAreToldFromFailures(t *testing.T) {
	t.Chdir(t.TempDir())
	_, urls := serve(t, admintest.New(3, 6))
	one, _, _ := strings.Cut(urls, ",")
	for name, c := range map[string]struct {
		command string
		mistake bool
	}{
		"no command":        {"", true},
		"no such command":   {"cluster grow", true},
		"no node":           {"cluster add", true},
		"no address":        {"cluster add 4", true},
		"no URL":            {"cluster status --admin localhost", true},
		"no group":          {"cluster transfer a 1", true},
		"not all nodes":     {"rollout plan --admin " + one, true},
		"not all to verify": {"cluster verify --admin " + one, true},
		"no id":             {"cluster drain .. --admin " + one, true},
		"no ids":            {"cluster replace a/b 4=127.0.0.4:5437 --admin " + one, true},
		"to no id":          {"cluster transfer 0 a=b --admin " + one, true},
		"a node that runs":  {"cluster replace 3=127.0.0.3:5437 --admin " + one, false},
		"no such member":    {"cluster remove 9 --admin " + one, false},
		"nobody answers":    {"cluster status --admin http://127.0.0.1:1", false},
		"no plan":           {"rollout status", false},
		"it takes too long": {"cluster remove 3 --timeout 1ns --admin " + one, false},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := shell(t, strings.Fields(c.command)...)
			var mistake *usage.Error
			if err == nil || errors.As(err, &mistake) != c.mistake {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTheNoteTellsEverything(t *testing.T) {
	for want, m := range map[string]place.MemberStatus{
		"-":                                 {Disk: "d"},
		"has not come yet":                  {},
		"lacks 7 cold objects":              {Disk: "d", Cold: place.Cold{Missing: 7}},
		"full; no member has 1 cold object": {Disk: "d", Unfit: "full", Cold: place.Cold{Missing: 1, Lost: 1}},
	} {
		if got := note(m); got != want {
			t.Errorf("%+v: %q, want %q", m, got, want)
		}
	}
}
