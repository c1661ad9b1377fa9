package otel

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
)

func openQuiet(b *testing.B, snapshot Snapshot) *Telemetry {
	b.Helper()
	telemetry, err := Open(Options{Routes: byQuery(), Logger: discard(),
		Snapshot: func() (Snapshot, bool) { return snapshot, true }})
	if err != nil {
		b.Fatal(err)
	}
	return telemetry
}

type quietWriter struct{ header http.Header }

func (w quietWriter) Header() http.Header         { return w.header }
func (w quietWriter) Write(p []byte) (int, error) { return len(p), nil }
func (w quietWriter) WriteHeader(int)             {}

// BenchmarkMiddleware is what counting adds to a request: with and without.
func BenchmarkMiddleware(b *testing.B) {
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for name, h := range map[string]http.Handler{
		"bare": next, "measured": openQuiet(b, Snapshot{}).Middleware(next),
	} {
		b.Run(name, func(b *testing.B) { serveParallel(b, h) })
	}
}

func serveParallel(b *testing.B, h http.Handler) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		var w http.ResponseWriter = quietWriter{http.Header{}}
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		for pb.Next() {
			h.ServeHTTP(w, r)
		}
	})
}

// BenchmarkRecord compares the counters of requests with an instrument of the
// SDK that would do the same.
func BenchmarkRecord(b *testing.B) {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	b.Run("cell", func(b *testing.B) {
		q := newRequests(byQuery(), time.Now())
		recordParallel(b, func() { q.record(r, http.StatusNoContent, time.Millisecond) })
	})
	b.Run("instrument", func(b *testing.B) {
		meter := newProvider(sdk.NewManualReader()).Meter(scope)
		h, err := meter.Float64Histogram("h")
		if err != nil {
			b.Fatal(err)
		}
		labels := metric.WithAttributeSet(attribute.NewSet(attribute.String("method", "POST"),
			attribute.String("route", "plain"), attribute.String("status", "2xx")))
		options := []metric.RecordOption{labels}
		recordParallel(b, func() { h.Record(context.Background(), 1e-3, options...) })
	})
}

func recordParallel(b *testing.B, record func()) {
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			record()
		}
	})
}

func BenchmarkSynced(b *testing.B) {
	telemetry := openQuiet(b, Snapshot{})
	for b.Loop() {
		telemetry.Synced(4096, 130*time.Microsecond)
	}
}

func BenchmarkScrape(b *testing.B) {
	snapshot, _ := numbered()
	telemetry := openQuiet(b, snapshot)
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	for b.Loop() {
		telemetry.Handler().ServeHTTP(quietWriter{http.Header{}}, r)
	}
}
