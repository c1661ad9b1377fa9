package bench

import (
	"context"
	"fmt"
	"strconv"
)

// octets is the media type of streams whose content does not matter.
const octets = "application/octet-stream"

// Append writes to many streams in a closed loop: each stream has one writer, which
// sends its next append when the last one is answered.
type Append struct {
	Streams     int
	Payload     int  // bytes of one append
	Producer    bool // send the headers of an idempotent producer
	Connections int  // 0: one for each stream; fewer: a connection serves its streams in turn
}

// Name implements Workload.
func (a Append) Name() string { return "append" }

// Parameters implements Workload.
func (a Append) Parameters() []Parameter {
	return []Parameter{
		{"streams", strconv.Itoa(a.Streams)},
		{"payload", strconv.Itoa(a.Payload)},
		{"producer", strconv.FormatBool(a.Producer)},
		{"connections", strconv.Itoa(a.connections())},
	}
}

func (a Append) connections() int {
	if a.Connections <= 0 {
		return a.Streams
	}
	return min(a.Connections, a.Streams)
}

// Run implements Workload.
func (a Append) Run(ctx context.Context, t Target, opts Options) (Result, error) {
	run := runName()
	if err := createStreams(ctx, t, run, a.Streams, octets, nil); err != nil {
		return Result{}, fmt.Errorf("create %d streams on %s: %w", a.Streams, t.Name, err)
	}
	defer deleteStreams(ctx, t, run, a.Streams)

	rec := newRecorder()
	load, err := a.start(ctx, t, run, rec)
	if err != nil {
		return Result{}, err
	}
	s := measure(load.context(ctx), t, opts, "append "+t.Name, rec)
	load.stop()
	return a.result(t, rec, s), ctx.Err()
}

func (a Append) result(t Target, rec *recorder, s spent) Result {
	hist, errors := rec.totals()
	r := newResult(a, t)
	r.Errors = errors
	r.add("throughput", float64(hist.TotalCount())/s.elapsed.Seconds(), unitRate)
	r.addLatencies("latency ", hist)
	r.addUsage(s, hist.TotalCount())
	return r
}
