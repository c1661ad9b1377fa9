package otel

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ursula/infra/otel/oteltest"
)

// follow opens a telemetry that follows some requests.
func follow(t testing.TB, o TraceOptions) *Telemetry {
	t.Helper()
	telemetry, err := Open(Options{
		Snapshot: func() (Snapshot, bool) { return Snapshot{}, false }, Routes: byQuery(), Logger: discard(), Traces: o,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := telemetry.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return telemetry
}

const (
	parent    = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
)

// ask sends a request with a traceparent, if it has one, to a handler that
// answers with a status.
func ask(telemetry *Telemetry, method, target, traceparent string, status int) {
	r := httptest.NewRequest(method, target, nil)
	if traceparent != "" {
		r.Header.Set("traceparent", traceparent)
		r.Header.Set("tracestate", "vendor=state")
	}
	h := telemetry.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	h.ServeHTTP(httptest.NewRecorder(), r)
}

func drain(t *testing.T, telemetry *Telemetry) {
	t.Helper()
	if err := telemetry.Drain(t.Context()); err != nil {
		t.Errorf("drain: %v", err)
	}
}

// TestTheSpanOfARequest pins what a collector learns of one.
func TestTheSpanOfARequest(t *testing.T) {
	for _, row := range []struct {
		method, target string
		status         int
		name           string
		failed         bool
		attributes     map[string]string
	}{
		{"POST", "/secret", 204, "POST /plain", false, map[string]string{"http.request.method": "POST",
			"http.route": "/plain", "ursula.route": "plain", "http.response.status_code": "204", "url.path": "/secret",
			"url.scheme": "http", "network.protocol.version": "1.1", "client.address": "192.0.2.1", "url.query": "", "error.type": ""}},
		{"GET", "/a?live=sse", 404, "GET", false, map[string]string{
			"http.route": "", "ursula.route": "query", "url.query": "live=sse", "http.response.status_code": "404"}},
		{"BREW", "/pot", 503, "HTTP /plain", true, map[string]string{"http.request.method": "_OTHER",
			"http.request.method_original": "BREW", "http.response.status_code": "503", "error.type": "503"}},
	} {
		c := oteltest.Start(t)
		telemetry := follow(t, TraceOptions{Endpoint: c.URL(), Instance: "n1"})
		ask(telemetry, row.method, row.target, parent, row.status)
		drain(t, telemetry)
		spans := c.Spans()
		if len(spans) != 1 {
			t.Fatalf("%s: %d spans", row.name, len(spans))
		}
		s := spans[0]
		if s.Name != row.name || s.Kind != "SPAN_KIND_SERVER" || s.Failed != row.failed || s.Ended < s.Began ||
			s.Service != "ursula" || s.Instance != "n1" {
			t.Errorf("%s: span %+v", row.name, s)
		}
		if s.Trace != strings.Split(parent, "-")[1] || s.Parent != strings.Split(parent, "-")[2] || s.State != "vendor=state" {
			t.Errorf("%s: does not continue the client's: %+v", row.name, s)
		}
		for key, want := range row.attributes {
			if got := s.Attributes[key]; got != want {
				t.Errorf("%s: %s is %q, want %q", row.name, key, got, want)
			}
		}
	}
}

// TestAnAbortedRequest expects it to have failed, without a status.
func TestAnAbortedRequest(t *testing.T) {
	c := oteltest.Start(t)
	telemetry := follow(t, TraceOptions{Endpoint: c.URL(), Sample: 1})
	h := telemetry.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	func() {
		defer func() { _ = recover() }()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}()
	drain(t, telemetry)
	spans := c.Spans()
	if len(spans) != 1 || !spans[0].Failed || spans[0].Attributes["error.type"] != "aborted" ||
		spans[0].Attributes["http.response.status_code"] != "" || spans[0].Parent != "" {
		t.Errorf("spans %+v", spans)
	}
}

// TestWhoIsFollowed: the client decides if it says so, and the share if not.
func TestWhoIsFollowed(t *testing.T) {
	for _, row := range []struct {
		sample      float64
		traceparent string
		followed    bool
	}{
		{0, "", false}, {1, "", true},
		{0, parent, true}, {1, parent, true},
		{0, unsampled, false}, {1, unsampled, false},
		{0, "00-nonsense", false}, {1, "00-nonsense", true},
	} {
		c := oteltest.Start(t)
		telemetry := follow(t, TraceOptions{Endpoint: c.URL(), Sample: row.sample})
		ask(telemetry, http.MethodPost, "/", row.traceparent, 204)
		drain(t, telemetry)
		if got := len(c.Spans()) == 1; got != row.followed {
			t.Errorf("share %v, traceparent %q: followed is %v", row.sample, row.traceparent, got)
		}
	}
}

// TestTheShareIsKept asks often: a fair coin falls outside of these bounds once
// in more than a million years of tests.
func TestTheShareIsKept(t *testing.T) {
	tr := &traces{sample: 0.5}
	chosen := 0
	for range 10_000 {
		if tr.chosen() {
			chosen++
		}
	}
	if chosen < 4500 || chosen > 5500 {
		t.Errorf("%d of 10000 at a share of one half", chosen)
	}
}

// TestOffCostsNothing: what nobody follows takes no more allocations than a
// server that has no traces, which takes the one that it always took.
func TestOffCostsNothing(t *testing.T) {
	c := oteltest.Start(t)
	off, on := follow(t, TraceOptions{}), follow(t, TraceOptions{Endpoint: c.URL()})
	if off.Tracer() != nil {
		t.Error("there is a tracer without an endpoint")
	}
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for name, telemetry := range map[string]*Telemetry{"off": off, "on": on} {
		h := telemetry.Middleware(next)
		var w http.ResponseWriter = quietWriter{http.Header{}}
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		if got := testing.AllocsPerRun(1000, func() { h.ServeHTTP(w, r) }); got > 1 {
			t.Errorf("%s: %v allocations a request, want 1", name, got)
		}
	}
	drain(t, on)
	if spans := c.Spans(); len(spans) > 0 {
		t.Errorf("sent %+v", spans)
	}
}
