package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// telling is a node that is ready and tells one status after the other, the last for ever.
func telling(t *testing.T, statuses ...string) Target {
	t.Helper()
	return tellingTo(t, func() {}, statuses...)
}

// tellingTo calls asked at each question.
func tellingTo(t *testing.T, asked func(), statuses ...string) Target {
	t.Helper()
	var times atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /v1/cluster", func(w http.ResponseWriter, _ *http.Request) {
		asked()
		fmt.Fprint(w, statuses[min(int(times.Add(1)), len(statuses))-1])
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return toServer(t, server.URL)
}

const (
	unformed   = `{"members":[],"groups":[]}`
	leaderless = `{"members":[{"id":"1","reachable":true,"leads":1}],"groups":[{"leader":"1"},{"leader":""}]}`
	lopsided   = `{"members":[{"id":"1","reachable":true,"leads":2},{"id":"2","reachable":true}],"groups":[{"leader":"1"},{"leader":"1"}]}`
	lonely     = `{"members":[{"id":"1","reachable":true,"leads":1},{"id":"2","leads":1}],"groups":[{"leader":"1"},{"leader":"2"}]}`
	settled    = `{"members":[{"id":"1","reachable":true,"leads":1},{"id":"2","reachable":true,"leads":1}],"groups":[{"leader":"1"},{"leader":"2"}]}`
)

func TestReadyWaitsForLeadersAndBalance(t *testing.T) {
	for name, c := range map[string]struct {
		wait  Ready
		tells []string
		leads float64 // of node 1 in the status that ends the wait
	}{
		"a leader for each group": {Ready{}, []string{unformed, leaderless, lopsided, settled}, 2},
		"equally many":            {Ready{Balanced: true}, []string{lopsided, lonely, settled}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c.wait.Limit = time.Minute
			r, err := c.wait.Run(t.Context(), telling(t, c.tells...), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if f, _ := r.Figure("node 1 leads"); f.Value != c.leads {
				t.Fatalf("%+v", r.Figures)
			}
		})
	}
}

func TestReadySaysWhatIsMissing(t *testing.T) {
	for status, want := range map[string]string{unformed: "not formed", leaderless: "1 of 2 groups have no leader", lopsided: "equally many", "x": "invalid"} {
		ctx, giveUp := context.WithCancel(t.Context())
		_, err := Ready{Balanced: true, Limit: time.Minute}.Run(ctx, tellingTo(t, giveUp, status), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", status, err)
		}
	}
}

func TestANodeWithoutAClusterIsReady(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	r, err := Ready{Limit: time.Minute}.Run(t.Context(), toServer(t, server.URL), Options{})
	if err != nil || len(r.Notes) != 1 {
		t.Fatalf("%v, %+v", err, r)
	}
}
