package bench

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Idle holds SSE subscribers on a stream to which nobody writes, to see what waiting
// costs the server.
type Idle struct {
	Subscribers int // 0: see what the server costs when nobody asks it for anything
}

// Name implements Workload.
func (w Idle) Name() string { return "idle" }

// Parameters implements Workload.
func (w Idle) Parameters() []Parameter {
	return []Parameter{{"subscribers", strconv.Itoa(w.Subscribers)}}
}

// Run implements Workload.
func (w Idle) Run(ctx context.Context, t Target, opts Options) (Result, error) {
	run := runName()
	if err := createStreams(ctx, t, run, 1, "text/plain", nil); err != nil {
		return Result{}, fmt.Errorf("create a stream on %s: %w", t.Name, err)
	}
	defer deleteStreams(ctx, t, run, 1)
	before := startMeter(t)
	subs, err := subscribeAll(ctx, t, run, w.Subscribers, func(n int) { opts.progress("idle %s: %d subscribed", t.Name, n) })
	if err != nil {
		return Result{}, err
	}
	rec := newRecorder()
	stop := drainAll(subs, rec)
	s := measure(ctx, t, opts, "idle "+t.Name, rec)
	stop()
	s.rssBefore = residentOf(before.server)
	return w.result(t, rec, s), ctx.Err()
}

func (w Idle) result(t Target, rec *recorder, s spent) Result {
	_, errors := rec.totals()
	r := newResult(w, t)
	r.Errors = errors
	if s.err == nil {
		if w.Subscribers > 0 {
			r.addGrowth("server RSS per subscriber", s, w.Subscribers, 0)
		}
		r.add("server CPU in all", float64(s.server)/float64(time.Millisecond), unitMillis)
	}
	r.addServer(s)
	return r
}

// drainAll reads what subscribers are sent, such as heartbeats, until stop. A connection
// that ends before is an error.
func drainAll(subs []*subscriber, rec *recorder) (stop func()) {
	var ending atomic.Bool
	var wg sync.WaitGroup
	for i, s := range subs {
		wg.Go(func() {
			for {
				if _, err := s.line(); err != nil {
					if !ending.Load() {
						rec.fail(i, "subscriber: "+err.Error())
					}
					return
				}
			}
		})
	}
	return func() {
		ending.Store(true)
		closeAll(subs)
		wg.Wait()
	}
}
