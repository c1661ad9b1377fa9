package bench

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// Wake measures how long a waiting long-poll takes to answer once something is
// appended: on a stream that was empty, and in turn on one that holds much.
type Wake struct {
	Stored  int           // bytes in the second stream
	Payload int           // bytes of one append
	Pause   time.Duration // between the long-poll and the append, so that it really waits
}

// Name implements Workload.
func (w Wake) Name() string { return "wake" }

// Parameters implements Workload.
func (w Wake) Parameters() []Parameter {
	return []Parameter{
		{"stored", strconv.Itoa(w.Stored)}, {"payload", strconv.Itoa(w.Payload)}, {"pause", w.Pause.String()},
	}
}

// wakeChunk is the size of one append while the second stream is filled.
const wakeChunk = 1 << 20

// Run implements Workload.
func (w Wake) Run(ctx context.Context, t Target, opts Options) (Result, error) {
	run := runName()
	opts.progress("wake %s: storing %d bytes", t.Name, w.Stored)
	defer deleteStreams(ctx, t, run, 2)
	var pairs [2]*wakePair
	for i, size := range []int{0, w.Stored} {
		if _, err := fill(ctx, t, t.streamPath(run, i), size, wakeChunk); err != nil {
			return Result{}, fmt.Errorf("fill a stream on %s: %w", t.Name, err)
		}
		p, err := w.pair(ctx, t, t.streamPath(run, i))
		if err != nil {
			return Result{}, err
		}
		defer p.close()
		pairs[i] = p
	}
	if err := alternate(ctx, pairs, opts, "wake "+t.Name); err != nil {
		return Result{}, fmt.Errorf("wake on %s: %w", t.Name, err)
	}
	return w.result(t, pairs), ctx.Err()
}

func (w Wake) result(t Target, pairs [2]*wakePair) Result {
	empty, _ := pairs[0].rec.totals()
	stored, _ := pairs[1].rec.totals()
	r := newResult(w, t)
	r.addLatencies("empty ", empty)
	r.addLatencies("stored ", stored)
	r.add("stored/empty p50", float64(stored.ValueAtQuantile(50))/float64(max(empty.ValueAtQuantile(50), 1)), unitCount)
	r.add("wakes", float64(empty.TotalCount()+stored.TotalCount()), unitCount)
	return r
}

// alternate wakes the two streams in turn, so that both see the same machine.
func alternate(ctx context.Context, pairs [2]*wakePair, opts Options, what string) error {
	start, said := time.Now(), time.Now()
	for ctx.Err() == nil && time.Since(start) < opts.Warmup+opts.Duration {
		for _, p := range pairs {
			p.rec.open.Store(time.Since(start) >= opts.Warmup)
			if err := p.wake(ctx); err != nil {
				return err
			}
		}
		if time.Since(said) >= progressEvery {
			said = time.Now()
			n, _ := pairs[0].rec.count()
			opts.progress("%s: %d wakes of each", what, n)
		}
	}
	return nil
}
