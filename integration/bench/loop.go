package bench

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// loop is a closed loop of workers: each sends its next request when the last one has
// been answered.
type loop struct {
	send   func(c *conn, request []byte) (head, error)
	ending atomic.Bool
	links  []link
	wg     sync.WaitGroup
}

// startLoop starts one worker for each set of calls. It opens all connections before the
// first request, so that none is counted with a dial.
func startLoop(ctx context.Context, t Target, rec *recorder, send func(*conn, []byte) (head, error), work [][]*call) (*loop, error) {
	load := &loop{send: send}
	for i := range work {
		l, err := t.link(ctx)
		if err != nil {
			load.stop()
			return nil, fmt.Errorf("connection %d of %d to %s: %w", i+1, len(work), t.Name, err)
		}
		load.links = append(load.links, l)
	}
	for i, l := range load.links {
		w := &worker{load: load, link: l, id: i, rec: rec, calls: work[i]}
		load.wg.Go(w.run)
	}
	return load, nil
}

// stop ends the workers. Closing the connections wakes those that wait for a response.
func (l *loop) stop() {
	l.ending.Store(true)
	for _, link := range l.links {
		link.close()
	}
	l.wg.Wait()
}

// context returns one that also ends when no worker is left.
func (l *loop) context(parent context.Context) context.Context {
	ctx, cancel := context.WithCancel(parent)
	go func() {
		l.wg.Wait()
		cancel()
	}()
	return ctx
}

// worker makes its calls in turn.
type worker struct {
	load  *loop
	link  link
	id    int
	rec   *recorder
	calls []*call
}

// run works until the load ends or a connection breaks. A broken connection is not
// replaced: a server that drops connections under load has failed the run.
func (w *worker) run() {
	for i := 0; !w.load.ending.Load(); i++ {
		call, node := w.calls[i%len(w.calls)], w.link.draw()
		start := time.Now()
		h, err := w.load.send(w.link[node], call.to(node))
		switch {
		case err != nil && w.load.ending.Load():
			return
		case err != nil:
			w.rec.fail(w.id, "connection: "+err.Error())
			return
		case h.status != 200 && h.status != 204:
			w.rec.fail(w.id, "status "+strconv.Itoa(h.status))
		default:
			w.rec.done(w.id, time.Since(start))
			call.accepted()
		}
	}
}

// share deals the calls of n streams to workers.
func share(workers, n int, build func(stream int) *call) [][]*call {
	work := make([][]*call, workers)
	for s := range n {
		work[s%workers] = append(work[s%workers], build(s))
	}
	return work
}
