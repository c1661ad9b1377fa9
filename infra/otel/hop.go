package otel

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Inject lets what follows ctx go on where a request with these headers arrives.
// Where nobody follows it, they stay as the client sent them.
func (t *Telemetry) Inject(ctx context.Context, h http.Header) {
	if t.traces != nil && trace.SpanFromContext(ctx).IsRecording() {
		t.traces.parent.Inject(ctx, propagation.HeaderCarrier(h))
	}
}

// Hop is Middleware for requests that another node sends on: they are counted
// there, and followed here if they are there.
func (t *Telemetry) Hop(next http.Handler) http.Handler {
	if t.traces == nil {
		return next
	}
	carried := *t.traces
	carried.sample = 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		answer := &answer{ResponseWriter: w}
		r, span := carried.begin(r, began)
		defer func() { finish(span, answer.status, time.Since(began), began) }()
		next.ServeHTTP(answer, r)
		answer.settle()
	})
}
