package grouptest

import (
	"sync"

	"ursula/core/stream"
)

// Recorder is an observer that keeps everything.
type Recorder struct {
	mu     sync.Mutex
	events []stream.Event
	memory int64
}

// Applied implements group.Observer.
func (r *Recorder) Applied(events []stream.Event, memory int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, events...)
	r.memory += memory
}

// Restored implements group.Observer.
func (r *Recorder) Restored(memory int64) { r.Applied(nil, memory) }

// Led implements group.Observer.
func (r *Recorder) Led(bool) {}

// Seen returns the events so far and the sum of all changes of memory.
func (r *Recorder) Seen() ([]stream.Event, int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events, r.memory
}
