package bench

import (
	"bytes"
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
		{"connections", strconv.Itoa(connections(a.Connections, a.Streams))},
	}
}

// connections is how many serve the streams: one for each, or fewer if so wanted.
func connections(wanted, streams int) int {
	if wanted <= 0 {
		return streams
	}
	return min(wanted, streams)
}

// Run implements Workload.
func (a Append) Run(ctx context.Context, t Target, opts Options) (Result, error) {
	run := runName()
	if err := createStreams(ctx, t, run, a.Streams, octets, nil); err != nil {
		return Result{}, fmt.Errorf("create %d streams on %s: %w", a.Streams, t.Name, err)
	}
	defer deleteStreams(ctx, t, run, a.Streams)

	rec := newRecorder()
	load, err := startLoop(ctx, t, rec, (*conn).exchange, a.work(t, run))
	if err != nil {
		return Result{}, err
	}
	s := measure(load.context(ctx), t, opts, "append "+t.Name, rec)
	load.stop()
	return a.result(t, rec, s), ctx.Err()
}

// work builds the appends that each connection makes.
func (a Append) work(t Target, run string) [][]*call {
	payload := bytes.Repeat([]byte("x"), a.Payload)
	return share(connections(a.Connections, a.Streams), a.Streams, func(s int) *call {
		if !a.Producer {
			return newCall(t, "POST", t.streamPath(run, s), payload, contentType(octets))
		}
		fields := append(producerFields(), contentType(octets))
		return newCall(t, "POST", t.streamPath(run, s), payload, fields...).numbered()
	})
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
