package bench

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// writers is a running set of writers, one for each connection.
type writers struct {
	ending atomic.Bool
	conns  []*conn
	wg     sync.WaitGroup
}

// start opens all connections before the first append, so that none is counted with a dial.
func (a Append) start(ctx context.Context, t Target, run string, rec *recorder) (*writers, error) {
	load := &writers{}
	n := a.connections()
	for range n {
		c, err := dial(ctx, t.addr)
		if err != nil {
			load.stop()
			return nil, fmt.Errorf("connection %d of %d to %s: %w", len(load.conns)+1, n, t.Name, err)
		}
		load.conns = append(load.conns, c)
	}
	for i, c := range load.conns {
		w := &writer{load: load, conn: c, id: i, rec: rec, streams: a.appends(t, run, i)}
		load.wg.Go(w.run)
	}
	return load, nil
}

// appends builds the requests of the streams that connection i serves.
func (a Append) appends(t Target, run string, i int) []*nextAppend {
	payload := bytes.Repeat([]byte("x"), a.Payload)
	fields := []field{contentType(octets)}
	if a.Producer {
		fields = append(fields, producerFields()...)
	}
	var out []*nextAppend
	for s := i; s < a.Streams; s += a.connections() {
		next := &nextAppend{request: request("POST", t.addr, t.streamPath(run, s), payload, fields...)}
		if a.Producer {
			next.place = seqPlace(next.request)
		}
		out = append(out, next)
	}
	return out
}

// stop ends the writers. Closing the connections wakes those that wait for a response.
func (l *writers) stop() {
	l.ending.Store(true)
	for _, c := range l.conns {
		c.close()
	}
	l.wg.Wait()
}

// context returns one that also ends when no writer is left.
func (l *writers) context(parent context.Context) context.Context {
	ctx, cancel := context.WithCancel(parent)
	go func() {
		l.wg.Wait()
		cancel()
	}()
	return ctx
}

// nextAppend is the request of a stream, whose sequence number is counted up in place.
type nextAppend struct {
	request []byte
	place   digits // nil without producer headers
	seq     uint64
}

// accepted prepares the append after one that the server has.
func (n *nextAppend) accepted() {
	if n.place != nil {
		n.seq++
		n.place.set(n.seq)
	}
}

// writer appends to its streams in turn over one connection.
type writer struct {
	load    *writers
	conn    *conn
	id      int
	rec     *recorder
	streams []*nextAppend
}

// run appends until the load ends or the connection breaks. A broken connection is not
// replaced: a server that drops connections under load has failed the run.
func (w *writer) run() {
	for i := 0; !w.load.ending.Load(); i++ {
		next := w.streams[i%len(w.streams)]
		start := time.Now()
		h, err := w.conn.exchange(next.request)
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
			next.accepted()
		}
	}
}
