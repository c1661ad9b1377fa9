package otel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/exemplar"
	"go.opentelemetry.io/otel/sdk/resource"

	port "ursula/core/trace"
)

// scope names the instruments' origin to OpenTelemetry.
const scope = "ursula/infra/otel"

// Options say what is told. All but Cluster and Traces are required.
type Options struct {
	// Snapshot returns the figures of now, or false as long as there are none:
	// what comes from it is left out of a scrape then. It is called
	// concurrently, once for each scrape.
	Snapshot func() (Snapshot, bool)
	// Cluster is the same of a member of a cluster; it returns false on a node for
	// itself, and may be nil.
	Cluster func() (Cluster, bool)
	Routes  Routes
	Logger  *slog.Logger // for scrapes that fail, and for a collector that does
	Traces  TraceOptions
}

// Telemetry measures and is read. All methods may be called concurrently.
type Telemetry struct {
	provider *sdk.MeterProvider
	scrape   http.Handler
	journal  *journal
	requests *requests
	spans    spanCounts
	traces   *traces // nil: nothing is followed
}

// Open begins to measure.
func Open(o Options) (*Telemetry, error) {
	t := &Telemetry{requests: newRequests(o.Routes, time.Now())}
	pull, err := newPull(t.requests, o.Logger)
	if err != nil {
		return nil, fmt.Errorf("open metrics exporter: %w", err)
	}
	t.scrape = pull.handler
	t.provider = newProvider(pull.reader)
	if err := t.instrument(&o); err != nil {
		return nil, errors.Join(fmt.Errorf("create instruments: %w", err), t.Close(context.Background()))
	}
	if t.traces, err = openTraces(o.Traces, o.Routes, &t.spans, o.Logger); err != nil {
		return nil, errors.Join(err, t.Close(context.Background()))
	}
	return t, nil
}

// newProvider feeds every reader with the same figures. Exemplars are off: they
// would sample clock and memory on each measurement for traces that nobody takes.
func newProvider(readers ...sdk.Reader) *sdk.MeterProvider {
	options := []sdk.Option{
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "ursula"))),
		sdk.WithExemplarFilter(exemplar.AlwaysOffFilter),
	}
	for _, r := range readers {
		options = append(options, sdk.WithReader(r))
	}
	return sdk.NewMeterProvider(options...)
}

func (t *Telemetry) instrument(o *Options) (err error) {
	meter := t.provider.Meter(scope)
	if t.journal, err = newJournal(meter); err != nil {
		return err
	}
	if err := t.spans.observe(meter); err != nil {
		return err
	}
	if err := observeCluster(meter, o.Cluster); err != nil {
		return err
	}
	return observe(meter, o.Snapshot)
}

// Handler answers scrapes in the Prometheus text format.
func (t *Telemetry) Handler() http.Handler { return t.scrape }

// Middleware counts and times what next answers, and begins the traces of some
// requests. It leaves requests and answers alone.
func (t *Telemetry) Middleware(next http.Handler) http.Handler {
	return &measured{next: next, requests: t.requests, traces: t.traces}
}

// Tracer is what follows the requests that Middleware begins to follow, nil if
// nothing is followed.
func (t *Telemetry) Tracer() port.Tracer {
	if t.traces == nil {
		return nil
	}
	return tracer{t.traces.tracer}
}

// Synced records a journal write with its size and the time that write and sync
// took. It never waits.
func (t *Telemetry) Synced(bytes int, took time.Duration) { t.journal.synced(bytes, took) }

// Drain sends the spans that wait, and follows nothing more. What is not sent when
// ctx ends is lost.
func (t *Telemetry) Drain(ctx context.Context) error { return t.traces.close(ctx) }

// Close ends everything at once. Later scrapes fail.
func (t *Telemetry) Close(ctx context.Context) error {
	now, end := context.WithCancel(ctx)
	end()
	_ = t.traces.close(now) // what Drain left is lost
	return t.provider.Shutdown(ctx)
}
