package otel

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	port "ursula/core/trace"
)

// tracer is what the core follows requests by.
type tracer struct{ tracer trace.Tracer }

var _ port.Tracer = tracer{}

// Span implements port.Tracer.
func (t tracer) Span(ctx context.Context) port.Span {
	if s := trace.SpanFromContext(ctx); s.IsRecording() {
		return span{t.tracer, s}
	}
	return nil
}

// Continue implements port.Tracer.
func (t tracer) Continue(ctx context.Context, from port.Context, name string) (context.Context, port.Span) {
	state, _ := trace.ParseTraceState(from.State) // one that cannot be read is left out
	parent := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: from.Trace, SpanID: from.Span, TraceFlags: trace.TraceFlags(from.Flags), TraceState: state, Remote: true,
	})
	if !parent.IsValid() || !parent.IsSampled() {
		return ctx, nil
	}
	ctx, s := t.tracer.Start(trace.ContextWithRemoteSpanContext(ctx, parent), name, trace.WithSpanKind(trace.SpanKindServer))
	return ctx, span{t.tracer, s}
}

// span is a span as the core sees it.
type span struct {
	tracer trace.Tracer
	span   trace.Span
}

// Context implements port.Span.
func (s span) Context() port.Context {
	c := s.span.SpanContext()
	return port.Context{Trace: c.TraceID(), Span: c.SpanID(), Flags: byte(c.TraceFlags()), State: c.TraceState().String()}
}

// Child implements port.Span.
func (s span) Child(name string, k port.Kind, began time.Time) port.Span {
	kind := trace.SpanKindInternal
	if k == port.Client {
		kind = trace.SpanKindClient
	}
	_, child := s.tracer.Start(trace.ContextWithSpan(context.Background(), s.span), name,
		trace.WithTimestamp(began), trace.WithSpanKind(kind))
	return span{s.tracer, child}
}

// Note implements port.Span.
func (s span) Note(attributes ...port.Attribute) {
	said := make([]attribute.KeyValue, len(attributes))
	for i, a := range attributes {
		if said[i] = attribute.Int64(a.Key, a.Number); a.Text != "" {
			said[i] = attribute.String(a.Key, a.Text)
		}
	}
	s.span.SetAttributes(said...)
}

// End implements port.Span.
func (s span) End(at time.Time, err error) {
	if err != nil {
		s.span.SetStatus(codes.Error, err.Error())
	}
	s.span.End(trace.WithTimestamp(at))
}
