package otel

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/metric"
)

// journal measures the writes of all shards' journals.
type journal struct {
	duration metric.Float64Histogram
	size     metric.Int64Histogram
}

func newJournal(meter metric.Meter) (*journal, error) {
	duration, err := meter.Float64Histogram("ursula.journal.sync.duration",
		metric.WithUnit("s"),
		metric.WithDescription("Time that one journal write took with its sync. An append waits for at least one."),
		metric.WithExplicitBucketBoundaries(50e-6, 100e-6, 150e-6, 200e-6, 300e-6, 500e-6,
			1e-3, 2e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1))
	size, err2 := meter.Int64Histogram("ursula.journal.sync.size",
		metric.WithUnit(bytes),
		metric.WithDescription("Bytes that one sync made durable."),
		metric.WithExplicitBucketBoundaries(512, 1<<10, 4<<10, 16<<10, 64<<10, 256<<10, 1<<20, 4<<20, 16<<20))
	return &journal{duration, size}, errors.Join(err, err2)
}

func (j *journal) synced(bytes int, took time.Duration) {
	ctx := context.Background() // a sync belongs to all requests that wait for it
	j.duration.Record(ctx, took.Seconds())
	j.size.Record(ctx, int64(bytes))
}
