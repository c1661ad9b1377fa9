package bench

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is the load of the failover workload: writers that do not give up, each on a
// stream of its own, and readers of the past.
type crowd struct {
	appends, reads, outages *recorder
	repeated                atomic.Int64 // requests that were sent once more
	notes                   []string
	kill                    atomic.Pointer[kill] // the latest; nil before the first
	cancel                  context.CancelFunc
	wg                      sync.WaitGroup
}

// kill is one node's end, until every writer has been answered after it.
type kill struct {
	at     time.Time
	behind atomic.Int64  // writers without an append begun and accepted since
	over   chan struct{} // closed when none is behind
}

func newKill(at time.Time, writers int) *kill {
	k := &kill{at: at, over: make(chan struct{})}
	k.behind.Store(int64(writers))
	return k
}

// arrived notes that one more writer is served.
func (k *kill) arrived() {
	if k.behind.Add(-1) == 0 {
		close(k.over)
	}
}

func (f Failover) start(ctx context.Context, t Target, run string, past past) *crowd {
	ctx, cancel := context.WithCancel(ctx)
	c := &crowd{appends: newRecorder(), reads: newRecorder(), outages: newRecorder(), cancel: cancel}
	payload := bytes.Repeat([]byte("x"), f.Payload)
	fields := append(producerFields(), contentType(octets))
	for i := range f.Streams {
		call := newCall(t, "POST", t.streamPath(run, i), payload, fields...).numbered()
		c.wg.Go(func() { c.write(ctx, newPatient(t, &c.repeated), i, call, f.Pause) })
	}
	for i := range f.Readers {
		c.wg.Go(func() { c.read(ctx, newPatient(t, &c.repeated), i, past) })
	}
	return c
}

func (c *crowd) open() {
	c.appends.open.Store(true)
	c.reads.open.Store(true)
	c.outages.open.Store(true)
}

func (c *crowd) stop() {
	c.cancel()
	c.wg.Wait()
}

// write appends until ctx ends, and reports to each kill with the first append that was
// begun after it.
func (c *crowd) write(ctx context.Context, p *patient, id int, call *call, pause time.Duration) {
	defer p.close()
	var last *kill
	for ctx.Err() == nil {
		start := time.Now()
		begun, err := p.ask(ctx, func(conn *conn, node int) (head, error) { return conn.exchange(call.to(node)) })
		if err != nil {
			if ctx.Err() == nil {
				c.appends.fail(id, "append: "+err.Error())
			}
			return
		}
		c.appends.done(id, time.Since(start))
		call.accepted()
		if k := c.kill.Load(); k != last && begun.After(k.at) {
			last = k
			k.arrived()
		}
		sleep(ctx, pause)
	}
}

// read reads the past until ctx ends.
func (c *crowd) read(ctx context.Context, p *patient, id int, past past) {
	defer p.close()
	for i := id; ctx.Err() == nil; i++ {
		start := time.Now()
		_, err := p.ask(ctx, func(conn *conn, _ int) (head, error) { return past.read(conn, i) })
		if err != nil {
			if ctx.Err() == nil {
				c.reads.fail(id, "history: "+err.Error())
			}
			return
		}
		c.reads.done(id, time.Since(start))
		sleep(ctx, pastPause)
	}
}
