package tail

import (
	"sync"
	"sync/atomic"

	"ursula/core/stream"
)

// topic is what the hub remembers of one watched stream.
type topic struct {
	hub     *Hub
	name    stream.Name
	watches atomic.Int32

	mu       sync.Mutex
	version  uint64 // counts changes
	resynced uint64 // version at which windows ceased to tell everything
	last     last
	window   []*Entry // adjacent, oldest first
	bytes    int      // data in window
	dead     bool     // left by its last watch: keeps nothing any more
	changed  chan struct{}
	queued   bool // waits for the waker
}

func (t *topic) publish(e *stream.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last.before(e) {
		t.add(e)
	}
}

// add makes e the newest event; t.mu is held.
func (t *topic) add(e *stream.Event) {
	t.version++
	t.keep(e)
	t.last = last{id: e.ID, end: e.To, stage: stageOf(e)}
	t.wake()
}

func (t *topic) resync() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.version++
	t.resynced = t.version
	t.wake()
}

// keep adds the event to the window. What does not follow the window's end
// replaces it, and an event that comes without its data, is too large or has no
// room leaves it empty: readers then find a gap and read the stream.
func (t *topic) keep(e *stream.Event) {
	if len(t.window) > 0 && (t.last.id != e.ID || t.last.end != e.From) {
		t.drop(len(t.window))
	}
	if e.Gone || t.dead || !whole(e) || !t.makeRoom(len(e.Data)) {
		t.drop(len(t.window))
		return
	}
	t.bytes += len(e.Data)
	t.window = append(t.window, &Entry{Event: *e})
}

func (t *topic) makeRoom(n int) bool {
	opts := &t.hub.opts
	if n > opts.WindowBytes {
		return false
	}
	surplus := 0
	for kept := t.bytes; surplus < len(t.window); surplus++ {
		if kept+n <= opts.WindowBytes && len(t.window)-surplus < opts.WindowEvents {
			break
		}
		kept -= len(t.window[surplus].Data)
	}
	t.drop(surplus)
	if t.hub.bytes.Add(int64(n)) > int64(opts.TotalBytes) {
		t.hub.bytes.Add(-int64(n))
		return false
	}
	return true
}

// drop forgets the n oldest entries.
func (t *topic) drop(n int) {
	freed := 0
	for _, e := range t.window[:n] {
		freed += len(e.Data)
	}
	clear(t.window[:n])
	t.window = t.window[n:]
	t.bytes -= freed
	t.hub.bytes.Add(-int64(freed))
}

func (t *topic) abandon() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dead = true
	t.drop(len(t.window))
}

// find returns the window from the entry that tells what comes after offset of
// incarnation id; nil when the window does not know. The common case is the
// newest entry, so it looks from the end.
func (t *topic) find(id, offset uint64) []*Entry {
	for i := len(t.window) - 1; i >= 0; i-- {
		e := t.window[i]
		if e.ID != id || e.To < offset {
			return nil
		}
		if e.From == offset && (e.To > offset || e.Closed) {
			return t.window[i:]
		}
	}
	return nil
}

// inlineWakes is how many watchers Publish wakes by itself. More are left to the
// waker, so that the publisher's cost does not grow with the audience.
const inlineWakes = 8

func (t *topic) wake() {
	switch {
	case t.changed == nil || t.queued:
	case t.watches.Load() <= inlineWakes:
		t.release()
	default:
		t.queued = true
		t.hub.waker.add(t)
	}
}

func (t *topic) release() {
	close(t.changed)
	t.changed = nil
}
