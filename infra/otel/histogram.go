package otel

import (
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// bounds are the upper ends of a request's buckets: from what memory answers to
// what a long-poll waits.
var bounds = [...]time.Duration{
	100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 5 * time.Second, 30 * time.Second,
}

// cell is a histogram. A read beside adds may miss some of the last ones, and
// count one whose duration is not in the sum yet.
type cell struct {
	sum     atomic.Int64 // nanoseconds
	buckets [len(bounds) + 1]atomic.Uint64
}

func (c *cell) add(took time.Duration) {
	i := 0
	for i < len(bounds) && took > bounds[i] {
		i++
	}
	c.buckets[i].Add(1)
	c.sum.Add(int64(took))
}

// read returns the counts so far, whose sum is Count.
func (c *cell) read() metricdata.HistogramDataPoint[float64] {
	p := metricdata.HistogramDataPoint[float64]{
		Bounds:       make([]float64, len(bounds)),
		BucketCounts: make([]uint64, len(c.buckets)),
		Sum:          time.Duration(c.sum.Load()).Seconds(),
	}
	for i := range c.buckets {
		p.BucketCounts[i] = c.buckets[i].Load()
		p.Count += p.BucketCounts[i]
	}
	for i, b := range bounds {
		p.Bounds[i] = b.Seconds()
	}
	return p
}
