package otel

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"
)

// TraceOptions say which requests are followed, and who is told.
type TraceOptions struct {
	// Endpoint is the base URL of a collector that speaks OTLP over HTTP, to
	// which /v1/traces is added. Empty: nothing is followed. The exporter's own
	// variables, OTEL_EXPORTER_OTLP_HEADERS and so on, count beside it.
	Endpoint string
	// Sample is the share of requests that are followed, of those that do not say
	// themselves whether they are.
	Sample float64
	// Instance tells this server's spans from those of others.
	Instance string
}

const (
	// sendAfter is how long a span waits for others to be sent with.
	sendAfter = time.Second
	// maxWaiting bounds the spans that wait for the collector, those that are
	// being sent included. Spans beyond it are dropped: nobody waits for it.
	maxWaiting = 2048
)

// traces are the requests that are followed; nil follows none.
type traces struct {
	provider *sdktrace.TracerProvider
	exporter sdktrace.SpanExporter
	tracer   trace.Tracer
	parent   propagation.TraceContext
	sample   float64
	routes   Routes
	queue    *queue
}

// openTraces begins to follow requests. The collector need not be there.
func openTraces(o TraceOptions, routes Routes, counts *spanCounts, log *slog.Logger) (*traces, error) {
	if o.Endpoint == "" {
		return nil, nil
	}
	ctx := context.Background()
	about, err := describe(ctx, o.Instance)
	if err != nil {
		return nil, fmt.Errorf("describe this server to the collector: %w", err)
	}
	exporter, err := otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(strings.TrimSuffix(o.Endpoint, "/")+"/v1/traces"))
	if err != nil {
		return nil, fmt.Errorf("open trace exporter: %w", err)
	}
	t := &traces{exporter: exporter, sample: o.Sample, routes: routes, queue: newQueue(exporter, counts, log)}
	t.provider = sdktrace.NewTracerProvider(
		sdktrace.WithResource(about),
		sdktrace.WithSampler(sdktrace.AlwaysSample()), // begin has decided
		sdktrace.WithSpanProcessor(t.queue),
	)
	t.tracer = t.provider.Tracer(scope, trace.WithSchemaURL(semconv.SchemaURL))
	return t, nil
}

// describe names this server; OTEL_RESOURCE_ATTRIBUTES may add to it.
func describe(ctx context.Context, instance string) (*resource.Resource, error) {
	return resource.New(ctx,
		resource.WithSchemaURL(semconv.SchemaURL),
		resource.WithAttributes(semconv.ServiceName("ursula"), semconv.ServiceInstanceID(instance)),
		resource.WithFromEnv(),
	)
}

// chosen decides about a request that is in no trace yet.
func (t *traces) chosen() bool { return t.sample > 0 && rand.Float64() < t.sample }

// close sends what waits and ends. When ctx ends first the rest is lost; a
// collector that hangs is not waited for.
func (t *traces) close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	err := t.provider.Shutdown(ctx)
	if err != nil {
		_ = t.exporter.Shutdown(context.Background()) // gives up what is being sent
	}
	return err
}
