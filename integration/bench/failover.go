package bench

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"time"
)

// Failover kills nodes of a cluster under load, one after the other, and measures how
// long each kill keeps writers waiting, and readers of what was written before.
//
// A client here is patient: what a node does not answer, or answers with "later", it
// asks another one. An append keeps its producer's number until it is accepted, so that
// a retry stores nothing twice.
type Failover struct {
	Streams int           // each has a writer
	Payload int           // bytes of one append
	Pause   time.Duration // of a writer between two appends; the load is Streams / Pause at most
	Readers int           // of history
	Kills   int
	Kill    string        // shell command that ends a node; the node's id follows as its argument
	Restart string        // shell command that starts it again
	Settle  time.Duration // longest wait for the cluster after a restart
	Admin   Target        // admin addresses, to kill the node that leads most; none: a node at random
}

// Name implements Workload.
func (f Failover) Name() string { return "failover" }

// Parameters implements Workload.
func (f Failover) Parameters() []Parameter {
	return []Parameter{
		{"streams", strconv.Itoa(f.Streams)}, {"payload", strconv.Itoa(f.Payload)}, {"pause", f.Pause.String()},
		{"readers", strconv.Itoa(f.Readers)}, {"kills", strconv.Itoa(f.Kills)},
	}
}

// Run implements Workload. It ends after the last kill; opts.Duration is not looked at.
func (f Failover) Run(ctx context.Context, t Target, opts Options) (Result, error) {
	run := runName()
	if err := createStreams(ctx, t, run, f.Streams, octets, nil); err != nil {
		return Result{}, fmt.Errorf("create %d streams on %s: %w", f.Streams, t.Name, err)
	}
	defer deleteStreams(ctx, t, run, f.Streams)
	past, err := writePast(ctx, t)
	if err != nil {
		return Result{}, fmt.Errorf("write the past on %s: %w", t.Name, err)
	}
	defer deleteStreams(ctx, t, past.run, pastStreams)
	crowd := f.start(ctx, t, run, past)
	wait(ctx, opts.Warmup, func(time.Duration) { opts.progress("failover %s: warming up", t.Name) })
	crowd.open()
	if err := f.killAll(ctx, t, opts, crowd); err != nil && ctx.Err() == nil {
		crowd.outages.fail(0, err.Error())
	}
	crowd.stop()
	return f.result(t, crowd), ctx.Err()
}

func (f Failover) result(t Target, c *crowd) Result {
	r := newResult(f, t)
	outages, killErrors := c.outages.totals()
	appends, appendErrors := c.appends.totals()
	reads, readErrors := c.reads.totals()
	for _, errors := range []map[string]int64{killErrors, appendErrors, readErrors} {
		maps.Copy(r.Errors, errors) // the kinds differ
	}
	r.add("kills", float64(outages.TotalCount()), unitCount)
	r.addLatencies("outage ", outages)
	r.add("appends", float64(appends.TotalCount()), unitCount)
	r.addLatencies("append ", appends)
	r.add("history reads", float64(reads.TotalCount()), unitCount)
	r.addLatencies("history read ", reads)
	r.add("repeated requests", float64(c.repeated.Load()), unitCount)
	for _, note := range c.notes {
		r.note(note)
	}
	return r
}
