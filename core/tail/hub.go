package tail

import (
	"errors"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"ursula/core/stream"
)

// ErrTooManyWaiters says that the hub has as many watches as it may have.
var ErrTooManyWaiters = errors.New("too many readers wait at the tail")

// Options bound a Hub. A zero field takes its default.
type Options struct {
	Watches      int // most watches at a time; default 100,000
	WindowEvents int // newest events that a topic keeps; default 64
	WindowBytes  int // data bytes that a topic keeps; default 256 KiB
	TotalBytes   int // data bytes that all topics keep; default 64 MiB

	// Watched is told whether anybody watches a stream, after the first watch
	// has come or the last one has gone; nil when nobody wants to know. Calls
	// about one stream come one at a time, and the last one tells how things are;
	// what came and went in between may be left out. It must not wait, and no
	// lock of the hub is held.
	Watched func(name stream.Name, watched bool)
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		field *int
		value int
	}{
		{&o.Watches, 100_000},
		{&o.WindowEvents, 64},
		{&o.WindowBytes, 256 << 10},
		{&o.TotalBytes, 64 << 20},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return o
}

const shardCount = 64

// Hub connects those who change streams with those who wait for changes. All
// methods may be called concurrently.
type Hub struct {
	opts    Options
	seed    maphash.Seed
	shards  [shardCount]shard
	watches atomic.Int64
	bytes   atomic.Int64
	hints   atomic.Uint64 // used
	waker   *waker
}

type shard struct {
	mu     sync.Mutex
	topics map[stream.Name]*topic
	herald herald
}

// NewHub returns a hub, whose Close must be called in the end.
func NewHub(opts Options) *Hub {
	h := &Hub{opts: opts.withDefaults(), seed: maphash.MakeSeed(), waker: newWaker()}
	for i := range h.shards {
		h.shards[i].topics = make(map[stream.Name]*topic)
	}
	return h
}

// Close stops the hub's goroutine. Changes that are published afterwards may
// wake nobody.
func (h *Hub) Close() { h.waker.close() }

// Publish tells the watchers of each event's stream what changed. The change
// must be visible to reads already. Events of one stream must come in order,
// from one goroutine at a time. It keeps the events' Data, which must not
// change, and neither blocks nor runs a watcher's code. What a Hint has told
// before wakes nobody.
func (h *Hub) Publish(events []stream.Event) {
	if h.watches.Load() == 0 {
		return
	}
	for i := range events {
		if t := h.lookup(events[i].Name); t != nil {
			t.publish(&events[i])
		}
	}
}

// WakeAll makes every watcher read its stream again: what was published may not
// have been all that happened. A state that was replaced as a whole calls for it.
func (h *Hub) WakeAll() { h.Wake(func(stream.Name) bool { return true }) }

// Wake does the same for the watchers of some streams. A change of their leader calls
// for it.
func (h *Hub) Wake(which func(stream.Name) bool) {
	for i := range h.shards {
		for _, t := range h.shards[i].list() {
			if which(t.name) {
				t.resync()
			}
		}
	}
}

// Watches is the number of open watches.
func (h *Hub) Watches() int { return int(h.watches.Load()) }

// Watch begins to watch a stream, which need not exist. The caller closes the
// watch. It returns ErrTooManyWaiters at the limit.
func (h *Hub) Watch(name stream.Name) (*Watch, error) {
	if h.watches.Add(1) > int64(h.opts.Watches) {
		h.watches.Add(-1)
		return nil, ErrTooManyWaiters
	}
	s := h.shard(name)
	t, first := s.join(h, name)
	w := &Watch{topic: t}
	w.Mark()
	if first && h.opts.Watched != nil {
		s.tell(name, h.opts.Watched)
	}
	return w, nil
}

// join adds a watch to the stream's topic, which the first one brings about.
func (s *shard) join(h *Hub, name stream.Name) (t *topic, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t = s.topics[name]
	if t == nil {
		t, first = &topic{hub: h, name: name}, true
		s.topics[name] = t
	}
	t.watches.Add(1)
	return t, first
}

// leave ends a watch of t; the last one takes the topic away.
func (h *Hub) leave(t *topic) {
	s := h.shard(t.name)
	s.mu.Lock()
	last := t.watches.Add(-1) == 0
	if last {
		delete(s.topics, t.name)
	}
	s.mu.Unlock()
	if last {
		t.abandon()
	}
	h.watches.Add(-1)
	if last && h.opts.Watched != nil {
		s.tell(t.name, h.opts.Watched)
	}
}

func (h *Hub) shard(name stream.Name) *shard {
	return &h.shards[maphash.String(h.seed, string(name))%shardCount]
}

func (h *Hub) lookup(name stream.Name) *topic {
	s := h.shard(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.topics[name]
}

func (s *shard) list() []*topic {
	s.mu.Lock()
	defer s.mu.Unlock()
	topics := make([]*topic, 0, len(s.topics))
	for _, t := range s.topics {
		topics = append(topics, t)
	}
	return topics
}
