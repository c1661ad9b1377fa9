package natsd

import (
	"sync"
	"sync/atomic"
	"time"

	"ursula/core/stream"
)

// subscription ends what subscribe began.
type subscription interface{ Unsubscribe() error }

// interests keeps the subscriptions to what this node wants. One goroutine, run,
// brings them about, so that nobody who comes or goes waits for the connection.
//
// A subscription lingers after its stream is wanted no more: readers that poll
// come back at once, and every change is told to all nodes.
type interests struct {
	subscribe func(stream.Name) (subscription, error)
	linger    time.Duration
	kick      chan struct{} // something changed
	holds     atomic.Int64  // subscriptions

	mu      sync.Mutex
	streams map[stream.Name]*interest
	changed []stream.Name // each at most once
	idle    []idle        // lingers, oldest first; only run's
}

type interest struct {
	wanted    bool
	changed   bool      // is among changed
	lingering bool      // is among idle
	end       time.Time // of lingering, as of when it was wanted last
	held      subscription
}

type idle struct {
	name stream.Name
	end  time.Time
}

func newInterests(linger time.Duration, subscribe func(stream.Name) (subscription, error)) *interests {
	return &interests{
		subscribe: subscribe, linger: linger,
		kick: make(chan struct{}, 1), streams: make(map[stream.Name]*interest),
	}
}

// set says whether a stream is wanted.
func (t *interests) set(name stream.Name, wanted bool) {
	if !t.note(name, wanted) {
		return
	}
	select {
	case t.kick <- struct{}{}:
	default:
	}
}

// note returns false when there is nothing to do.
func (t *interests) note(name stream.Name, wanted bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.streams[name]
	if s == nil {
		if !wanted {
			return false
		}
		s = new(interest)
		t.streams[name] = s
	}
	s.wanted = wanted
	if s.changed {
		return false
	}
	s.changed = true
	t.changed = append(t.changed, name)
	return true
}

// wants reports whether somebody here wants the stream's events now.
func (t *interests) wants(name stream.Name) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.streams[name]
	return s != nil && s.wanted
}

// subscribed reports whether this node has a subscription, wanted or lingering.
func (t *interests) subscribed(name stream.Name) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.streams[name]
	return s != nil && s.held != nil
}
