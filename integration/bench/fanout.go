package bench

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// drainLimit is how long after the last message subscribers may take to receive it.
const drainLimit = 30 * time.Second

// Fanout sends messages to one stream at a steady rate, and checks that every one of
// its SSE subscribers receives each of them once and in order. Servers end SSE
// connections after a minute or so; warm-up and duration together must stay below that.
type Fanout struct {
	Subscribers int
	Rate        float64 // messages a second
	Payload     int     // bytes of one message
}

// Name implements Workload.
func (f Fanout) Name() string { return "fanout" }

// Parameters implements Workload.
func (f Fanout) Parameters() []Parameter {
	return []Parameter{
		{"subscribers", strconv.Itoa(f.Subscribers)},
		{"rate", strconv.FormatFloat(f.Rate, 'g', -1, 64)},
		{"payload", strconv.Itoa(max(f.Payload, messageHead+1))},
	}
}

// Run implements Workload.
func (f Fanout) Run(ctx context.Context, t Target, opts Options) (Result, error) {
	run := runName()
	if err := createStreams(ctx, t, run, 1, "text/plain", nil); err != nil {
		return Result{}, fmt.Errorf("create a stream on %s: %w", t.Name, err)
	}
	defer deleteStreams(ctx, t, run, 1)
	subs, err := subscribeAll(ctx, t, run, f.Subscribers, func(n int) { opts.progress("fanout %s: %d subscribed", t.Name, n) })
	if err != nil {
		return Result{}, err
	}
	defer closeAll(subs)

	rec := newRecorder()
	var receivers sync.WaitGroup
	for i, s := range subs {
		receivers.Go(func() { receive(s, i, rec) })
	}
	s, err := f.publish(ctx, t, run, opts, rec)
	if err != nil {
		return Result{}, err
	}
	// What never comes ends with the connections, and is counted as an error by its receiver.
	late := time.AfterFunc(drainLimit, func() { closeAll(subs) })
	defer late.Stop()
	receivers.Wait()
	return f.result(t, rec, s), ctx.Err()
}

func (f Fanout) result(t Target, rec *recorder, s spent) Result {
	hist, errors := rec.totals()
	r := newResult(f, t)
	r.Errors = errors
	r.add("deliveries", float64(hist.TotalCount())/s.elapsed.Seconds(), unitRate)
	r.addLatencies("latency ", hist)
	r.addUsage(s, hist.TotalCount())
	return r
}

// publish sends messages at the rate until the window has closed, and then the last one.
func (f Fanout) publish(ctx context.Context, t Target, run string, opts Options, rec *recorder) (spent, error) {
	l, err := t.link(ctx)
	if err != nil {
		return spent{}, fmt.Errorf("publisher: %w", err)
	}
	defer l.close()
	p := &publisher{link: l, rec: rec}
	for _, c := range l {
		p.out = append(p.out, newOutgoing(c.host, t.streamPath(run, 0), f.Payload))
	}
	enough := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { p.run(enough, time.Duration(float64(time.Second)/f.Rate)) })
	s := measure(ctx, t, opts, "fanout "+t.Name, rec)
	close(enough)
	wg.Wait()
	return s, nil
}
