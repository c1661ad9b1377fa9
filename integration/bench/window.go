package bench

import (
	"context"
	"time"
)

// progressEvery is how often a run says how it is getting on.
const progressEvery = time.Second

// measure lets a load that is already running warm up, then opens the recorder's window
// for opts.Duration and returns what both sides spent in it. It returns early when ctx ends.
func measure(ctx context.Context, target Target, opts Options, what string, rec *recorder) spent {
	wait(ctx, opts.Warmup, func(time.Duration) { opts.progress("%s: warming up", what) })
	m := startMeter(target)
	rec.open.Store(true)
	var before int64
	wait(ctx, opts.Duration, func(passed time.Duration) {
		done, failed := rec.count()
		opts.progress("%s: %v of %v, %d op/s, %d done, %d errors", what,
			passed.Round(time.Second), opts.Duration, done-before, done, failed)
		before = done
	})
	rec.open.Store(false)
	return m.read()
}

// sleep waits for d or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	end := time.NewTimer(d)
	defer end.Stop()
	select {
	case <-ctx.Done():
	case <-end.C:
	}
}

// wait waits for d or for the end of ctx, and calls tick every second with the time passed.
func wait(ctx context.Context, d time.Duration, tick func(passed time.Duration)) {
	end := time.NewTimer(d)
	defer end.Stop()
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	start := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-end.C:
			return
		case <-ticker.C:
			tick(time.Since(start))
		}
	}
}
