package bench

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"
)

// Many creates streams with a small first content and leaves them, to see what a
// stream costs the server that nobody uses.
type Many struct {
	Streams int
	Payload int // bytes of each stream
}

// Name implements Workload.
func (m Many) Name() string { return "many" }

// Parameters implements Workload.
func (m Many) Parameters() []Parameter {
	return []Parameter{{"streams", strconv.Itoa(m.Streams)}, {"payload", strconv.Itoa(m.Payload)}}
}

// Run implements Workload. The streams stay: to remove them would cost more than the run.
func (m Many) Run(ctx context.Context, t Target, opts Options) (Result, error) {
	run, body := runName(), make([]byte, m.Payload)
	rec := newRecorder()
	rec.open.Store(true)
	var created atomic.Int64
	quiet := progressWhile(ctx, func() { opts.progress("many %s: %d of %d", t.Name, created.Load(), m.Streams) })
	meter := startMeter(t)
	err := forEach(ctx, t, m.Streams, func(c *conn, i int) error {
		start := time.Now()
		err := expect(c, request("PUT", c.host, t.streamPath(run, i), body, contentType(octets)))
		rec.done(i, time.Since(start))
		created.Add(1)
		return err
	})
	quiet()
	s := meter.read()
	if err != nil {
		return Result{}, fmt.Errorf("create %d streams on %s: %w", m.Streams, t.Name, err)
	}
	return m.result(t, rec, s), nil
}

func (m Many) result(t Target, rec *recorder, s spent) Result {
	hist, _ := rec.totals()
	r := newResult(m, t)
	r.add("throughput", float64(m.Streams)/s.elapsed.Seconds(), unitRate)
	r.addLatencies("create ", hist)
	r.addUsage(s, int64(m.Streams))
	if s.err == nil {
		r.addGrowth("server RSS per stream", s, m.Streams, m.Payload)
	}
	return r
}

// progressWhile calls say every second until stop.
func progressWhile(ctx context.Context, say func()) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				say()
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}
