package admin_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"ursula/control/admin"
	"ursula/control/admin/admintest"
	"ursula/control/member"
)

// serve returns the URL of a node's API, and a channel that hears of its stop.
func serve(t *testing.T, c *admintest.Cluster) (url string, stopped chan struct{}) {
	stopped = make(chan struct{}, 1)
	server := httptest.NewServer(admin.New(c, admin.Options{
		Node: "1", Version: "v1", Boot: "b1", Stop: func() { stopped <- struct{}{} },
		Digest: func(_ context.Context, group uint32, from uint64, _ time.Duration) (admin.Digest, error) {
			if group > 3 {
				return admin.Digest{}, admin.ErrGroup
			}
			return admin.Digest{Applied: max(from, 5), Bytes: 7, SHA256: "ab"}, nil
		},
	}))
	t.Cleanup(server.Close)
	return server.URL, stopped
}

func client(t *testing.T, addresses ...string) *admin.Client {
	c, err := admin.NewClient(addresses...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAChangeIsAcceptedAndAwaited(t *testing.T) {
	cluster := admintest.New(3, 6)
	url, _ := serve(t, cluster)
	c := client(t, url)
	four := member.Peer{ID: "4", Address: "127.0.0.4:5437"}
	for _, step := range []struct {
		name string
		do   func() (uint64, error)
		goal func(uint64) admin.Goal
		ends string
	}{
		{"add", func() (uint64, error) { return c.Add(t.Context(), four) },
			func(v uint64) admin.Goal { return admin.Joined("4", v) }, "1:active 2:active 3:active 4:active"},
		{"drain", func() (uint64, error) { return c.Drain(t.Context(), "4") },
			func(v uint64) admin.Goal { return admin.Drained("4", v) }, "1:active 2:active 3:active 4:draining"},
		{"undrain", func() (uint64, error) { return c.Undrain(t.Context(), "4") },
			func(v uint64) admin.Goal { return admin.Undrained("4", v) }, "1:active 2:active 3:active 4:active"},
		{"replace a disk", func() (uint64, error) {
			cluster.SetDown("4", true)
			defer cluster.SetDown("4", false)
			return c.Replace(t.Context(), "4", four)
		}, func(v uint64) admin.Goal { return admin.Replaced("4", "4", v) }, "1:active 2:active 3:active 4:active"},
		{"replace a node", func() (uint64, error) {
			return c.Replace(t.Context(), "1", member.Peer{ID: "5", Address: "127.0.0.5:5437"})
		}, func(v uint64) admin.Goal { return admin.Replaced("1", "5", v) }, "2:active 3:active 4:active 5:active"},
		{"remove", func() (uint64, error) { return c.Remove(t.Context(), "2") },
			func(v uint64) admin.Goal { return admin.Left("2", v) }, "3:active 4:active 5:active"},
	} {
		version, err := step.do()
		if err != nil || version == 0 {
			t.Fatalf("%s: version %d, %v", step.name, version, err)
		}
		var said []string
		c.Pause = time.Millisecond
		if err := c.Await(t.Context(), step.goal(version), func(p string) { said = append(said, p) }); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := members(cluster); got != step.ends || len(said) == 0 || len(slices.Compact(slices.Clone(said))) != len(said) {
			t.Errorf("%s: %s after %q", step.name, got, said)
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

func TestRefusalsAreProblems(t *testing.T) {
	cluster := admintest.New(2, 4)
	url, _ := serve(t, cluster)
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		code               string
	}{
		"not JSON":        {"POST", "/v1/cluster/members", "{", 400, "invalid-request"},
		"bad id":          {"POST", "/v1/cluster/members", `{"id":"a b","address":"h:1"}`, 400, "invalid-member"},
		"bad address":     {"POST", "/v1/cluster/members", `{"id":"4","address":"h"}`, 400, "invalid-member"},
		"too large":       {"POST", "/v1/cluster/members", strings.Repeat(" ", 70_000), 413, "body-too-large"},
		"there already":   {"POST", "/v1/cluster/members", `{"id":"1","address":"h:1"}`, 409, "member-exists"},
		"address taken":   {"POST", "/v1/cluster/members", `{"id":"4","address":"127.0.0.1:5437"}`, 409, "member-exists"},
		"unknown":         {"DELETE", "/v1/cluster/members/9", "", 404, "no-such-member"},
		"not draining":    {"POST", "/v1/cluster/members/9/undrain", "", 404, "no-such-member"},
		"still running":   {"POST", "/v1/cluster/members/2/replace", `{"address":"127.0.0.2:5437"}`, 409, "member-runs"},
		"no such group":   {"POST", "/v1/cluster/groups/4/transfer", `{"to":"1"}`, 404, "no-such-group"},
		"no group":        {"POST", "/v1/cluster/groups/x/transfer", `{"to":"1"}`, 404, "no-such-group"},
		"no voter":        {"POST", "/v1/cluster/groups/0/transfer", `{"to":"9"}`, 409, "not-a-voter"},
		"no such digest":  {"GET", "/v1/node/groups/4/digest", "", 404, "no-such-group"},
		"no digest":       {"GET", "/v1/node/groups/x/digest", "", 404, "no-such-group"},
		"bad index":       {"GET", "/v1/node/groups/0/digest?from=-1", "", 400, "invalid-request"},
		"bad wait":        {"GET", "/v1/node/groups/0/digest?wait=11s", "", 400, "invalid-request"},
		"another process": {"POST", "/v1/node/stop?boot=b0", "", 409, "another-process"},
		"another method":  {"PUT", "/v1/cluster/members", "", 405, "method-not-allowed"},
		"another path":    {"GET", "/v1/clusters", "", 404, "not-found"},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), c.method, url+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body := make([]byte, 1000)
			n, _ := resp.Body.Read(body)
			if resp.StatusCode != c.status || !strings.Contains(string(body[:n]), `"code":"`+c.code+`"`) ||
				resp.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%d %s", resp.StatusCode, body[:n])
			}
		})
	}
	if got := members(cluster); got != "1:active 2:active" {
		t.Errorf("members are %s", got)
	}
}

func TestAClientGoesOnToTheNextNode(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	broken := admintest.New(2, 1)
	broken.SetBroken(true)
	brokenURL, _ := serve(t, broken)
	cluster := admintest.New(2, 1)
	url, _ := serve(t, cluster)

	if _, err := client(t, gone.URL, brokenURL, url).Drain(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	if members(cluster) != "1:draining 2:active" {
		t.Errorf("members are %s", members(cluster))
	}
	_, err := client(t, gone.URL, brokenURL).Drain(t.Context(), "1")
	if p := new(admin.Problem); !errors.Is(err, admin.ErrUnavailable) || !errors.As(err, &p) || p.Detail != admintest.ErrNoMajority.Error() {
		t.Errorf("with no node that can: %v", err)
	}
	if _, err := client(t, gone.URL, gone.URL).Drain(t.Context(), "1"); !errors.Is(err, admin.ErrUnreachable) || errors.Is(err, admin.ErrUnavailable) {
		t.Errorf("with no node at all: %v", err)
	}
	_, err = client(t, url, gone.URL).Drain(t.Context(), "2")
	if p := new(admin.Problem); !errors.As(err, &p) || p.Code != "too-few-members" || errors.Is(err, admin.ErrUnreachable) {
		t.Errorf("a refusal counts for all: %v", err)
	}
}

func TestOnlyTheNamedProcessIsStopped(t *testing.T) {
	url, stopped := serve(t, admintest.New(1, 1))
	c := client(t, url)
	if err := c.Stop(t.Context(), "b0"); err == nil || len(stopped) > 0 {
		t.Errorf("an earlier process: %v", err)
	}
	if err := c.Stop(t.Context(), "b1"); err != nil || len(stopped) != 1 {
		t.Errorf("this process: %v", err)
	}
}

func TestATransfer(t *testing.T) {
	cluster := admintest.New(3, 3)
	url, _ := serve(t, cluster)
	c := client(t, url)
	if err := c.Transfer(t.Context(), 2, "1"); err != nil {
		t.Fatal(err)
	}
	if s, err := c.Status(t.Context()); err != nil || s.Groups[2].Leader != "1" || s.Node != "1" || s.Boot != "b1" || s.Version != "v1" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	cluster := admintest.New(1, 1)
	url, _ := serve(t, cluster)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	err := client(t, url).Await(ctx, admin.Left("1", 99), func(progress string) {
		if progress != "node 1 has not heard of it yet" {
			t.Errorf("said %q", progress)
		}
		cancel(enough)
	})
	if !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}
