package tail_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"ursula/core/stream"
	"ursula/core/tail"
)

// cluster is a stream that is led elsewhere: events are committed there, this
// node's replica applies them later, and hints of them come or do not.
type cluster struct {
	hub       *tail.Hub
	data      []byte         // committed
	committed []stream.Event // in order; one event an entry
	applied   int            // entries that the replica has published
	readers   []*reader
}

// reader is one that follows the stream, one atomic action at a time.
type reader struct {
	watch   *tail.Watch
	from    uint64
	seen    []byte
	reading bool
	needs   int // entries that must be applied before its read is done
	done    bool
}

func (r *reader) offset() uint64 { return r.from + uint64(len(r.seen)) }

func (c *cluster) commit(t *rapid.T) {
	if c.closed() {
		t.Skip("closed")
	}
	from := len(c.data)
	for range rapid.IntRange(0, 5).Draw(t, "bytes") {
		c.data = append(c.data, byte(len(c.data)))
	}
	c.committed = append(c.committed, stream.Event{
		Name: name, ID: 1, From: uint64(from), To: uint64(len(c.data)),
		Data:   bytes.Clone(c.data[from:]),
		Closed: len(c.data) > 60 || rapid.IntRange(0, 30).Draw(t, "closing") == 0,
	})
}

func (c *cluster) closed() bool {
	n := len(c.committed)
	return n > 0 && c.committed[n-1].Closed
}

// hint brings any event that was committed, in any order and any number of times.
func (c *cluster) hint(t *rapid.T) {
	if len(c.committed) == 0 {
		t.Skip("nothing committed")
	}
	newest := len(c.committed) - 1
	e := c.committed[rapid.IntRange(max(0, newest-4), newest).Draw(t, "event")]
	if rapid.IntRange(0, 4).Draw(t, "large") == 0 {
		e = without(e)
	}
	c.hub.Hint(&e)
}

// apply publishes what the replica applies next. Nobody may be woken who had it
// all already.
func (c *cluster) apply(t *rapid.T) {
	if c.applied == len(c.committed) {
		t.Skip("all is applied")
	}
	e := c.committed[c.applied]
	c.applied++
	var content []<-chan struct{}
	for _, r := range c.readers {
		if r.waitsBeyond(&e) {
			content = append(content, r.watch.Changed())
		}
	}
	c.hub.Publish([]stream.Event{e})
	for _, changed := range content {
		if !isOpen(changed) {
			t.Fatal("a reader was woken by what it had")
		}
	}
}

// waitsBeyond reports whether the reader waits and has what e brings: by hint, if
// the replica has yet to publish it.
func (r *reader) waitsBeyond(e *stream.Event) bool {
	if r.done || r.reading || e.Closed || e.From == e.To || r.offset() < e.To {
		return false
	}
	_, status := r.watch.Next(nil, 1, r.offset())
	return status == tail.Idle
}

func (c *cluster) join(t *rapid.T) {
	if len(c.readers) == 4 {
		t.Skip("enough")
	}
	w, err := c.hub.Watch(name)
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{watch: w, from: uint64(rapid.IntRange(0, len(c.data)).Draw(t, "from"))}
	c.begin(r)
	c.readers = append(c.readers, r)
}

// begin begins a read, which is linearizable: it shows what was committed by now.
func (c *cluster) begin(r *reader) {
	r.watch.Mark()
	r.reading, r.needs = true, len(c.committed)
}

func (c *cluster) step(t *rapid.T) {
	if len(c.readers) == 0 {
		t.Skip("no reader")
	}
	c.advance(t, c.readers[rapid.IntRange(0, len(c.readers)-1).Draw(t, "reader")])
}

// advance does the reader's next action and reports whether it could do one.
func (c *cluster) advance(t *rapid.T, r *reader) bool {
	switch {
	case r.done || r.reading && r.needs > c.applied:
		return false
	case r.reading:
		c.finish(t, r)
		return true
	}
	entries, status := r.watch.Next(nil, 1, r.offset())
	switch status {
	case tail.Stale:
		c.begin(r)
	case tail.Ready:
		for _, e := range entries {
			r.take(t, e.From, e.Data, e.Closed)
		}
	}
	return status != tail.Idle
}

// finish ends a read with what the replica has.
func (c *cluster) finish(t *rapid.T, r *reader) {
	r.reading = false
	if c.applied == 0 {
		return
	}
	newest := c.committed[c.applied-1]
	if newest.To < r.offset() {
		t.Fatalf("a read at %d ends at %d", r.offset(), newest.To)
	}
	r.take(t, r.offset(), c.data[r.offset():newest.To], newest.Closed)
}

func (r *reader) take(t *rapid.T, from uint64, data []byte, closed bool) {
	if from != r.offset() || r.done {
		t.Fatalf("got bytes at %d, is at %d", from, r.offset())
	}
	r.seen = append(r.seen, data...)
	r.done = closed
}

// settle lets everything happen that is due, and then everybody must have all.
func (c *cluster) settle(t *rapid.T) {
	for c.applied < len(c.committed) {
		c.apply(t)
	}
	for _, r := range c.readers {
		for c.advance(t, r) {
		}
		if !bytes.Equal(r.seen, c.data[r.from:]) || r.done != c.closed() {
			t.Fatalf("a reader from %d has %v of %v, done: %v", r.from, r.seen, c.data[r.from:], r.done)
		}
	}
}

// Whatever the interleaving of commits, hints, the replica, reads, wakes and
// joins, readers get every byte once and in order, and none hangs.
func TestHintsAndReplica(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		opts := tail.Options{
			WindowEvents: rapid.SampledFrom([]int{0, 1, 3}).Draw(t, "window"),
			TotalBytes:   rapid.SampledFrom([]int{0, 8}).Draw(t, "total"),
		}
		c := &cluster{hub: tail.NewHub(opts)}
		defer c.hub.Close()
		t.Repeat(map[string]func(*rapid.T){
			"commit": c.commit, "hint": c.hint, "apply": c.apply, "join": c.join, "step": c.step,
			"wake": func(*rapid.T) { c.hub.WakeAll() },
		})
		c.settle(t)
	})
}
