package otel

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ursula/core/trace"
	"ursula/infra/otel/oteltest"
)

// TestTheCoresSpans follows a request as the core does: into operations that are
// over, and to another node.
func TestTheCoresSpans(t *testing.T) {
	c := oteltest.Start(t)
	here := follow(t, TraceOptions{Endpoint: c.URL(), Instance: "here"})
	there := follow(t, TraceOptions{Endpoint: c.URL(), Instance: "there"})
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Traceparent", parent)
	r.Header.Set("Tracestate", "vendor=state")
	here.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		call := here.Tracer().Span(r.Context()).Child("call", trace.Client, time.Now())
		call.Note(trace.Attribute{Key: "peer", Text: "there"}, trace.Attribute{Key: "group", Number: 7})
		ctx, carried := there.Tracer().Continue(context.Background(), call.Context(), "carried")
		began := time.Unix(1700000000, 0)
		there.Tracer().Span(ctx).Child("part", trace.Internal, began).End(began.Add(time.Second), nil)
		carried.End(time.Now(), errors.New("broken"))
		call.End(time.Now(), nil)
	})).ServeHTTP(httptest.NewRecorder(), r)
	drain(t, here)
	drain(t, there)
	spans := make(map[string]oteltest.Span)
	for _, s := range c.Spans() {
		spans[s.Name] = s
		if s.Trace != spans["call"].Trace && s.Trace != "0af7651916cd43dd8448eb211c80319c" || s.State != "vendor=state" {
			t.Errorf("%s is in trace %s, state %q", s.Name, s.Trace, s.State)
		}
	}
	request, call, carried, part := spans["POST /plain"], spans["call"], spans["carried"], spans["part"]
	if call.Parent != request.ID || carried.Parent != call.ID || part.Parent != carried.ID || request.ID == "" {
		t.Errorf("spans %+v", spans)
	}
	if call.Kind != "SPAN_KIND_CLIENT" || carried.Kind != "SPAN_KIND_SERVER" || part.Kind != "SPAN_KIND_INTERNAL" {
		t.Errorf("kinds %s, %s, %s", call.Kind, carried.Kind, part.Kind)
	}
	if call.Instance != "here" || carried.Instance != "there" || !carried.Failed || call.Failed {
		t.Errorf("call %+v, carried %+v", call, carried)
	}
	if call.Attributes["peer"] != "there" || call.Attributes["group"] != "7" {
		t.Errorf("attributes %v", call.Attributes)
	}
	if part.Began != 1700000000e9 || part.Ended != 1700000001e9 {
		t.Errorf("part from %d to %d", part.Began, part.Ended)
	}
}

// TestWhatIsNotFollowed has no span, here or from elsewhere, and none once its
// request is over.
func TestWhatIsNotFollowed(t *testing.T) {
	c := oteltest.Start(t)
	telemetry := follow(t, TraceOptions{Endpoint: c.URL()})
	tracer := telemetry.Tracer()
	if tracer.Span(t.Context()) != nil {
		t.Error("a context of nobody is followed")
	}
	for name, from := range map[string]trace.Context{
		"none": {}, "without a trace": {Span: [8]byte{1}, Flags: 1}, "without a span": {Trace: [16]byte{1}, Flags: 1},
		"not sampled": {Trace: [16]byte{1}, Span: [8]byte{1}},
	} {
		if ctx, s := tracer.Continue(t.Context(), from, "x"); s != nil || tracer.Span(ctx) != nil {
			t.Errorf("%s is followed", name)
		}
	}
	odd := trace.Context{Trace: [16]byte{1}, Span: [8]byte{1}, Flags: 1, State: "\x00 not a state"}
	ctx, s := tracer.Continue(t.Context(), odd, "x")
	if s == nil || s.Context().State != "" || s.Context().Trace != odd.Trace {
		t.Errorf("a state that cannot be read: %v", s)
	}
	s.End(time.Now(), nil)
	if tracer.Span(ctx) != nil {
		t.Error("what is over is followed")
	}
}
