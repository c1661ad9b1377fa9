package bench

import (
	"context"
	"fmt"
	"strconv"
)

// Catchup reads a whole stream again and again with one reader, and checks that it gets
// the bytes that were written.
type Catchup struct {
	Size  int // bytes stored
	Chunk int // bytes of one append while the stream is filled
}

// Name implements Workload.
func (c Catchup) Name() string { return "catchup" }

// Parameters implements Workload.
func (c Catchup) Parameters() []Parameter {
	return []Parameter{{"size", strconv.Itoa(c.Size)}, {"chunk", strconv.Itoa(c.Chunk)}}
}

// Run implements Workload.
func (c Catchup) Run(ctx context.Context, t Target, opts Options) (Result, error) {
	run := runName()
	opts.progress("catchup %s: storing %d bytes", t.Name, c.Size)
	want, err := fill(ctx, t, t.streamPath(run, 0), c.Size, c.Chunk)
	if err != nil {
		return Result{}, fmt.Errorf("fill a stream on %s: %w", t.Name, err)
	}
	defer deleteStreams(ctx, t, run, 1)
	link, err := t.link(ctx)
	if err != nil {
		return Result{}, err
	}
	defer link.close()
	p := &passes{link: link, target: t, path: t.streamPath(run, 0), size: c.Size, want: want, rec: newRecorder()}
	s, err := p.measure(ctx, opts)
	if err != nil {
		return Result{}, err
	}
	return c.result(p, s), ctx.Err()
}

func (c Catchup) result(p *passes, s spent) Result {
	hist, errors := p.rec.totals()
	r := newResult(c, p.target)
	r.Errors = errors
	n := hist.TotalCount()
	r.add("throughput", float64(n)*float64(c.Size)/(1<<20)/s.elapsed.Seconds(), unitMiBRate)
	r.add("passes", float64(n), unitCount)
	r.add("pages", float64(p.pages), unitCount)
	r.addLatencies("pass ", hist)
	r.addServer(s)
	if s.err == nil {
		r.add("server CPU per pass", s.server.Seconds()*1000/float64(max(n, 1)), unitMillis)
		r.add("server RSS growth", float64(s.rssAfter-s.rssBefore), unitBytes)
	}
	return r
}
