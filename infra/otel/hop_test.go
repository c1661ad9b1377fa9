package otel

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"ursula/infra/otel/oteltest"
)

// TestAHopContinues sends requests on, as a proxy does, and expects the spans of
// both sides in one trace; of a request that is not followed there are none, and
// its headers stay.
func TestAHopContinues(t *testing.T) {
	c := oteltest.Start(t)
	here := follow(t, TraceOptions{Endpoint: c.URL(), Instance: "here"})
	there := follow(t, TraceOptions{Endpoint: c.URL(), Instance: "there", Sample: 1}) // which does not count
	arrived := ""
	far := there.Hop(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived = r.Header.Get("traceparent")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	near := here.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out := r.Clone(t.Context())
		here.Inject(r.Context(), out.Header)
		far.ServeHTTP(w, out)
	}))
	for _, traceparent := range []string{unsampled, "", parent} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		if traceparent != "" {
			r.Header.Set("traceparent", traceparent)
		}
		near.ServeHTTP(httptest.NewRecorder(), r)
		if traceparent != parent && arrived != traceparent {
			t.Errorf("%q arrived as %q", traceparent, arrived)
		}
	}
	drain(t, there)
	drain(t, here)
	spans := c.Spans()
	if len(spans) != 2 || spans[0].Instance != "there" || spans[1].Instance != "here" || spans[0].Parent != spans[1].ID ||
		spans[0].Trace != spans[1].Trace || spans[0].Attributes["http.response.status_code"] != "503" {
		t.Errorf("spans %+v", spans)
	}
}

// TestAHopWithoutTraces is no hop at all.
func TestAHopWithoutTraces(t *testing.T) {
	off := follow(t, TraceOptions{})
	next := http.NewServeMux()
	if off.Hop(next) != http.Handler(next) {
		t.Error("a handler lies in between")
	}
	h := http.Header{}
	if off.Inject(t.Context(), h); len(h) > 0 {
		t.Errorf("headers %v", h)
	}
}
