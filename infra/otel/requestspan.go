package otel

import (
	"net"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"
)

// routeKey tells live readers from others of the same http.route.
const routeKey = attribute.Key("ursula.route")

// begin begins the span of a request, which goes on as the one returned. The
// span is nil if nobody follows the request: its client decides by the header
// traceparent, and chance where there is none.
func (t *traces) begin(r *http.Request, began time.Time) (*http.Request, trace.Span) {
	if t == nil {
		return r, nil
	}
	ctx := r.Context()
	if _, found := r.Header["Traceparent"]; found {
		ctx = t.parent.Extract(ctx, propagation.HeaderCarrier(r.Header))
	}
	if from := trace.SpanContextFromContext(ctx); from.IsValid() && !from.IsSampled() || !from.IsValid() && !t.chosen() {
		return r, nil
	}
	name, attributes := t.describe(r)
	ctx, span := t.tracer.Start(ctx, name, trace.WithTimestamp(began),
		trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attributes...))
	return r.WithContext(ctx), span
}

// describe names a request by what many have in common, and the rest of it in
// attributes.
func (t *traces) describe(r *http.Request) (name string, attributes []attribute.KeyValue) {
	name = methods[methodIndex(r.Method)]
	attributes = append(attributes, semconv.HTTPRequestMethodKey.String(name))
	if name == other {
		name = "HTTP"
		attributes = []attribute.KeyValue{semconv.HTTPRequestMethodOther, semconv.HTTPRequestMethodOriginal(r.Method)}
	}
	i := t.routes.Of(r)
	if template := t.routes.Templates[i]; template != "" {
		name += " " + template
		attributes = append(attributes, semconv.HTTPRoute(template))
	}
	attributes = append(attributes, routeKey.String(t.routes.Names[i]),
		semconv.URLScheme(scheme(r)), semconv.URLPath(r.URL.Path),
		semconv.NetworkProtocolVersion(version(r)))
	if r.URL.RawQuery != "" {
		attributes = append(attributes, semconv.URLQuery(r.URL.RawQuery))
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		attributes = append(attributes, semconv.ClientAddress(host))
	}
	if agent := r.UserAgent(); agent != "" {
		attributes = append(attributes, semconv.UserAgentOriginal(agent))
	}
	return name, attributes
}

func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// version is 1.0, 1.1 or 2.
func version(r *http.Request) string {
	if r.ProtoMajor > 1 {
		return strconv.Itoa(r.ProtoMajor)
	}
	return strconv.Itoa(r.ProtoMajor) + "." + strconv.Itoa(r.ProtoMinor)
}

// finish ends the span of a request, if there is one. Status 0 is an abort.
func finish(s trace.Span, status int, took time.Duration, began time.Time) {
	if s == nil {
		return
	}
	if status > 0 {
		s.SetAttributes(semconv.HTTPResponseStatusCode(status))
	}
	switch {
	case status == 0:
		s.SetAttributes(semconv.ErrorTypeKey.String("aborted"))
		s.SetStatus(codes.Error, "aborted")
	case status >= http.StatusInternalServerError:
		s.SetAttributes(semconv.ErrorTypeKey.String(strconv.Itoa(status)))
		s.SetStatus(codes.Error, "")
	}
	s.End(trace.WithTimestamp(began.Add(took)))
}
