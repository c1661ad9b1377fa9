package tail

import (
	"sync"
	"sync/atomic"

	"ursula/core/stream"
)

// Entry is an event in a topic's window, with what its readers share of it. It
// may be used concurrently and stays valid after the window has dropped it.
type Entry struct {
	stream.Event

	mu     sync.Mutex
	shared atomic.Value
}

// Shared returns what encode makes of the event. The first caller's encode runs,
// once; everybody gets its value. All callers must pass an encode with results
// of one concrete type.
func (e *Entry) Shared(encode func(*stream.Event) any) any {
	if v := e.shared.Load(); v != nil {
		return v
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if v := e.shared.Load(); v != nil {
		return v
	}
	v := encode(&e.Event)
	e.shared.Store(v)
	return v
}
