package bench

import (
	"context"
	"fmt"
	"strconv"
)

// Head asks for the tails of streams in a closed loop. A server that promises
// linearizable answers must make sure, for each of them, that it still leads.
//
// Each stream is created on every node, which a cluster takes for one creation and
// repeats of it. So the nodes may also be servers that know nothing of each other:
// they answer for themselves, and show what an answer costs without the cluster.
type Head struct {
	Streams     int
	Connections int // 0: one for each stream; fewer: a connection asks for its streams in turn
}

// Name implements Workload.
func (w Head) Name() string { return "head" }

// Parameters implements Workload.
func (w Head) Parameters() []Parameter {
	return []Parameter{
		{"streams", strconv.Itoa(w.Streams)},
		{"connections", strconv.Itoa(connections(w.Connections, w.Streams))},
	}
}

// Run implements Workload.
func (w Head) Run(ctx context.Context, t Target, opts Options) (Result, error) {
	run := runName()
	for n := range t.nodes {
		if err := createStreams(ctx, t.only(n), run, w.Streams, octets, []byte("x")); err != nil {
			return Result{}, fmt.Errorf("create %d streams on %s: %w", w.Streams, t.Name, err)
		}
	}
	defer deleteStreams(ctx, t, run, w.Streams)

	rec := newRecorder()
	load, err := startLoop(ctx, t, rec, (*conn).exchangeHead, w.work(t, run))
	if err != nil {
		return Result{}, err
	}
	s := measure(load.context(ctx), t, opts, "head "+t.Name, rec)
	load.stop()
	return w.result(t, rec, s), ctx.Err()
}

func (w Head) work(t Target, run string) [][]*call {
	return share(connections(w.Connections, w.Streams), w.Streams, func(s int) *call {
		return newCall(t, "HEAD", t.streamPath(run, s), nil)
	})
}

func (w Head) result(t Target, rec *recorder, s spent) Result {
	hist, errors := rec.totals()
	r := newResult(w, t)
	r.Errors = errors
	r.add("throughput", float64(hist.TotalCount())/s.elapsed.Seconds(), unitRate)
	r.addLatencies("latency ", hist)
	r.addUsage(s, hist.TotalCount())
	return r
}
