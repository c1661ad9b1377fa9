package cluster

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"

	"ursula/integration/wire"
)

// written is a stream and who writes to it.
type written struct {
	stream    string
	producers []*producer
	followers []*follower
}

// acked are the lines of each producer that were acknowledged so far.
func (w *written) acked() map[string]int64 {
	counts := map[string]int64{}
	for _, p := range w.producers {
		counts[p.name] = p.acked.Load()
	}
	return counts
}

// traffic is what clients do, spread over all nodes, while something is done to the
// cluster.
type traffic struct {
	urls    []string
	streams []*written
	readers []*reader

	writing, waiting, following, reading tally // waiting: producers that are loyal

	stop     context.CancelFunc
	all      sync.WaitGroup // of those who end when they are told to
	watching sync.WaitGroup // of those who end with the streams
}

// drive starts the clients: two producers and two live readers of each of the streams,
// and a reader at each node.
func drive(t *testing.T, c *Cluster, streams int) *traffic {
	t.Helper()
	f := &traffic{urls: c.URLs()}
	for i := range streams {
		f.streams = append(f.streams, f.open(t, i))
	}
	for i := range f.urls {
		f.readers = append(f.readers, &reader{caller: f.caller(i, &f.reading), streams: f.streams})
	}
	ctx, cancel := context.WithCancel(t.Context())
	f.stop = cancel
	for _, w := range f.streams {
		for _, p := range w.producers {
			f.all.Go(func() { p.run(ctx) })
		}
		for _, l := range w.followers {
			f.watching.Go(func() { l.run(t.Context()) })
		}
	}
	for _, r := range f.readers {
		f.all.Go(func() { r.run(ctx) })
	}
	t.Cleanup(func() {
		cancel()
		f.all.Wait()
		f.watching.Wait()
	})
	return f
}

// open makes a stream. One of its producers waits for its node when that goes, the
// other asks another one.
func (f *traffic) open(t *testing.T, i int) *written {
	t.Helper()
	w := &written{stream: fmt.Sprintf("driven/%d", i)}
	opener := f.caller(i, &f.writing)
	if _, err := opener.ask(t.Context(), "create", func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
		return node.Create(ctx, w.stream, nil)
	}); err != nil {
		t.Fatal(err)
	}
	for k, tally := range []*tally{&f.waiting, &f.writing} {
		p := &producer{caller: f.caller(i+k, tally), name: fmt.Sprintf("producer-%d-%d", i, k), stream: w.stream}
		p.loyal = k == 0
		w.producers = append(w.producers, p)
		w.followers = append(w.followers, &follower{caller: f.caller(i+k+1, &f.following), stream: w.stream, sse: k == 0})
	}
	return w
}

// caller is a client that asks the node with that number first.
func (f *traffic) caller(at int, tally *tally) caller {
	c := caller{at: at % len(f.urls), tally: tally}
	for _, url := range f.urls {
		c.nodes = append(c.nodes, wire.New(url))
	}
	return c
}

// end is finish after something that nobody could overlook.
func (f *traffic) end(t *testing.T) {
	t.Helper()
	f.finish(t)
	for who, tally := range f.tallies() {
		tally.requireNotice(t, who)
	}
}

func (f *traffic) tallies() map[string]*tally {
	return map[string]*tally{
		"writers": &f.writing, "writers that wait for their node": &f.waiting,
		"live readers": &f.following, "readers": &f.reading,
	}
}

// finish stops the clients, closes the streams, and wants nothing to have failed, and
// every node and every reader to have what was acknowledged.
func (f *traffic) finish(t *testing.T) {
	t.Helper()
	f.stop()
	f.all.Wait()
	closer := f.caller(0, &f.writing)
	for _, w := range f.streams {
		if _, err := closer.ask(t.Context(), "close", func(ctx context.Context, node *wire.Client) (wire.Reply, error) {
			return node.Append(ctx, w.stream, nil, wire.Closing())
		}); err != nil {
			t.Fatal(err)
		}
	}
	f.watching.Wait()
	for who, tally := range f.tallies() {
		tally.require(t, who)
	}
	for _, w := range f.streams {
		f.require(t, w)
	}
}

// require compares one stream as all have it.
func (f *traffic) require(t *testing.T, w *written) {
	t.Helper()
	var content []byte
	for i, url := range f.urls {
		reply, err := wire.New(url).ReadAll(t.Context(), w.stream)
		if err != nil || !reply.Closed() || i > 0 && !bytes.Equal(reply.Body, content) {
			t.Errorf("node %d has %d bytes of %s, the first %d (%v, %v)", i+1, len(reply.Body), w.stream, len(content), reply.Status, err)
		}
		if i == 0 {
			content = reply.Body
		}
	}
	if counts, err := account(content); err != nil || !maps.Equal(counts, w.acked()) {
		t.Errorf("%s has the lines %v (%v), acknowledged were %v", w.stream, counts, err, w.acked())
	}
	for _, l := range w.followers {
		if !bytes.Equal(l.content, content) {
			t.Errorf("a live reader of %s (sse %v) has %d bytes of %d", w.stream, l.sse, len(l.content), len(content))
		}
	}
	for _, r := range f.readers {
		if !bytes.HasPrefix(content, r.last[w.stream]) {
			t.Errorf("a reader of %s has %d bytes that are not in it", w.stream, len(r.last[w.stream]))
		}
	}
}
