package bench

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"

	"ursula/core/client/clienttest"
)

func TestTargetsMustBePlainHTTP(t *testing.T) {
	for _, root := range []string{"https://h/", "h:1", "http://", "http://h/?q", "http://a b"} {
		if _, err := ParseTarget("x", []string{root}); err == nil {
			t.Errorf("%q was accepted", root)
		}
	}
	if target := toServer(t, "http://h/v1/stream/"); target.nodes[0] != "h:80" || target.streamPath("r", 7) != "/v1/stream/bench-r-7" {
		t.Errorf("%+v", target)
	}
}

func TestAClusterIsOneTarget(t *testing.T) {
	target, err := ParseTarget("x", []string{"http://a:1/v1/stream", "http://b/v1/stream/", "http://[::1]/v1/stream"}, 7, 8, 9)
	if err != nil || !slices.Equal(target.nodes, []string{"a:1", "b:80", "[::1]:80"}) || !slices.Equal(target.PIDs, []int{7, 8, 9}) {
		t.Fatalf("%+v, %v", target, err)
	}
	for _, roots := range [][]string{{}, {"http://a/one", "http://a/other"}, {"http://a/", "ftp://b/"}} {
		if _, err := ParseTarget("x", roots); err == nil {
			t.Errorf("%q was accepted", roots)
		}
	}
}

// fronts returns n addresses of one server, and how many requests each has taken.
func fronts(t *testing.T, n int) (Target, []*atomic.Int64) {
	t.Helper()
	root := clienttest.New(t)
	u, err := url.Parse(root)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: u.Scheme, Host: u.Host})
	proxy.FlushInterval = -1
	var urls []string
	var taken []*atomic.Int64
	for range n {
		count := &atomic.Int64{}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			count.Add(1)
			proxy.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		urls, taken = append(urls, server.URL+u.Path), append(taken, count)
	}
	return toServer(t, urls...), taken
}

func TestEachRequestGoesToANodeDrawnAtRandom(t *testing.T) {
	for _, w := range []Workload{Append{Streams: 1, Payload: 1, Producer: true}, Head{Streams: 1}} {
		target, taken := fronts(t, 3)
		asked := func() (least, all int64) {
			counts := []int64{taken[0].Load(), taken[1].Load(), taken[2].Load()}
			return slices.Min(counts), counts[0] + counts[1] + counts[2]
		}
		// Of a thousand fair draws each node has far more than three.
		for least, all := asked(); least < 3 && all < 1000; least, all = asked() {
			r, err := w.Run(t.Context(), target, brief())
			if err != nil || r.ErrorCount() != 0 {
				t.Fatalf("%s: %v, %v", w.Name(), err, r.Errors)
			}
		}
		if least, all := asked(); least < 3 {
			t.Errorf("%s: a node was asked %d times of %d", w.Name(), least, all)
		}
	}
}

func TestSubscribersGoToTheNodesInTurn(t *testing.T) {
	target, taken := fronts(t, 2)
	if err := createStreams(t.Context(), target, "r", 1, "text/plain", nil); err != nil {
		t.Fatal(err)
	}
	before := taken[0].Load()
	subs, err := subscribeAll(t.Context(), target, "r", 6, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	closeAll(subs)
	if first, second := taken[0].Load()-before, taken[1].Load(); first != 3 || second != 3 {
		t.Fatalf("%d and %d subscribers", first, second)
	}
}

func TestHeadCountsRefusals(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	counted := func(r Result) bool { return r.Errors["status 503"] > 0 }
	if r := runUntil(t, Head{Streams: 2, Connections: 1}, toServer(t, server.URL), counted); !counted(r) {
		t.Fatalf("%v", r.Errors)
	}
}

func TestANodeThatIsNotThereFailsTheRun(t *testing.T) {
	target := toServer(t, clienttest.New(t), "http://127.0.0.1:1/v1/stream")
	if _, err := (Append{Streams: 1}).Run(t.Context(), target, brief()); err == nil {
		t.Fatal("the load ran without one of its nodes")
	}
}
