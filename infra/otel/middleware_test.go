package otel

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// series sums the requests up by their labels.
func series(families map[string]*dto.MetricFamily) map[string]uint64 {
	counts := map[string]uint64{}
	for _, m := range families["ursula_http_request_duration_seconds"].GetMetric() {
		var labels []string
		for _, l := range m.Label { // in order of names: method, route, status
			labels = append(labels, l.GetValue())
		}
		counts[strings.Join(labels, " ")] = m.Histogram.GetSampleCount()
	}
	return counts
}

func TestRequestsAreCounted(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/silent":
		case "/writes":
			_, _ = io.WriteString(w, "200 goes without saying")
			w.WriteHeader(http.StatusTeapot) // too late
		case "/early":
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusNotModified)
		case "/missing":
			http.NotFound(w, r)
		case "/broken":
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	for _, row := range []struct {
		method, target string
		status         int
	}{
		{"GET", "/silent", 200}, {"POST", "/silent", 200}, {"POST", "/silent", 200},
		{"GET", "/writes?x", 200}, {"GET", "/early", 304}, {"HEAD", "/missing", 404},
		{"DELETE", "/broken", 503}, {"BREW", "/silent", 200},
	} {
		if got := s.send(row.method, row.target); got != row.status {
			t.Errorf("%s %s: %d, want %d", row.method, row.target, got, row.status)
		}
	}
	s.public.Close() // all handlers have returned
	want := map[string]uint64{
		"GET plain 2xx": 1, "POST plain 2xx": 2, "GET query 2xx": 1, "GET plain 3xx": 1,
		"HEAD plain 4xx": 1, "DELETE plain 5xx": 1, "other plain 2xx": 1,
	}
	got := series(s.scrape())
	for labels, n := range want {
		if got[labels] != n {
			t.Errorf("%q: %d requests, want %d", labels, got[labels], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("series %v, want %v", got, want)
	}
}

// TestAbort expects an answer that its handler gave up to count as a failure.
func TestAbort(t *testing.T) {
	s := newServer(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if _, err := s.public.Client().Get(s.public.URL); !errors.Is(err, io.EOF) {
		t.Fatalf("aborted request: %v, want EOF", err)
	}
	s.public.Close()
	if got := series(s.scrape())["GET plain 5xx"]; got != 1 {
		t.Errorf("%d requests failed, want 1", got)
	}
}

// TestControllerReachesTheConnection takes the connection over through the
// middleware, as SSE does. Nobody waits for such a handler but the test.
func TestControllerReachesTheConnection(t *testing.T) {
	s := newServer(t, nil)
	measured := s.telemetry.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Errorf("take over: %v", err)
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		conn.Close()
	}))
	returned := make(chan struct{})
	s.public.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(returned)
		measured.ServeHTTP(w, r)
	})
	s.send(http.MethodGet, "/")
	<-returned
	if got := series(s.scrape())["GET plain 2xx"]; got != 1 {
		t.Errorf("%d requests succeeded, want 1", got)
	}
}

// TestBuckets pins that a duration falls into the first bucket that holds it, and
// into the sum.
func TestBuckets(t *testing.T) {
	var c cell
	for _, took := range []time.Duration{0, bounds[0], bounds[0] + 1, bounds[len(bounds)-1] + 1} {
		c.add(took)
	}
	p := c.read()
	if p.Count != 4 || p.BucketCounts[0] != 2 || p.BucketCounts[1] != 1 || p.BucketCounts[len(bounds)] != 1 {
		t.Errorf("buckets %v", p.BucketCounts)
	}
	if want := (bounds[0] + bounds[0] + 1 + bounds[len(bounds)-1] + 1).Seconds(); p.Sum != want {
		t.Errorf("sum %v, want %v", p.Sum, want)
	}
}

// TestConcurrentRequests counts from many goroutines while others scrape.
func TestConcurrentRequests(t *testing.T) {
	const workers, each = 8, 200
	s := newServer(t, nil)
	h := s.telemetry.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			for range each {
				h.ServeHTTP(httptest.NewRecorder(), r)
				s.telemetry.Synced(1, 1)
			}
		})
	}
	s.scrape()
	wg.Wait()
	if got := series(s.scrape())["POST plain 2xx"]; got != workers*each {
		t.Errorf("%d requests, want %d", got, workers*each)
	}
}
