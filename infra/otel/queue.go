package otel

import (
	"context"
	"log/slog"
	"sync/atomic"

	"go.opentelemetry.io/otel/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// spanCounts is what became of spans.
type spanCounts struct{ sent, dropped atomic.Int64 }

// observe makes instruments of them. They are there, and 0, also where nothing
// is followed.
func (c *spanCounts) observe(meter metric.Meter) error {
	sent, err := meter.Int64ObservableCounter("ursula.trace.spans.sent", metric.WithUnit("{span}"),
		metric.WithDescription("Spans that the collector took."))
	if err != nil {
		return err
	}
	dropped, err := meter.Int64ObservableCounter("ursula.trace.spans.dropped", metric.WithUnit("{span}"),
		metric.WithDescription("Spans lost because the collector was slow, away, or refused them."))
	if err != nil {
		return err
	}
	_, err = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		o.ObserveInt64(sent, c.sent.Load())
		o.ObserveInt64(dropped, c.dropped.Load())
		return nil
	}, sent, dropped)
	return err
}

// queue is the SDK's batches, with a bound that counts what does not fit.
type queue struct {
	sdktrace.SpanProcessor
	counts  *spanCounts
	waiting atomic.Int64
}

func newQueue(exporter sdktrace.SpanExporter, counts *spanCounts, log *slog.Logger) *queue {
	q := &queue{counts: counts}
	q.SpanProcessor = sdktrace.NewBatchSpanProcessor(&counted{SpanExporter: exporter, queue: q, log: log},
		sdktrace.WithBatchTimeout(sendAfter),
		sdktrace.WithMaxQueueSize(maxWaiting), // which it never reaches: it would not say how often
	)
	return q
}

// OnEnd takes a span, or drops it. It never waits.
func (q *queue) OnEnd(s sdktrace.ReadOnlySpan) {
	if q.waiting.Add(1) > maxWaiting {
		q.waiting.Add(-1)
		q.counts.dropped.Add(1)
		return
	}
	q.SpanProcessor.OnEnd(s)
}

// counted is the exporter, which counts what it sends and logs when that begins
// to fail. Batches come one after the other.
type counted struct {
	sdktrace.SpanExporter
	queue   *queue
	log     *slog.Logger
	failing bool
}

// ExportSpans sends a batch. Its failure is told here: the SDK would write it to
// standard error.
func (c *counted) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := c.SpanExporter.ExportSpans(ctx, spans)
	n := int64(len(spans))
	c.queue.waiting.Add(-n)
	switch {
	case err != nil:
		c.queue.counts.dropped.Add(n)
		if !c.failing {
			c.log.Warn("traces: the collector takes no spans; they are dropped", "error", err)
		}
	default:
		c.queue.counts.sent.Add(n)
		if c.failing {
			c.log.Info("traces: the collector takes spans again")
		}
	}
	c.failing = err != nil
	return nil
}
