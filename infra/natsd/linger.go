package natsd

import (
	"time"

	"ursula/core/stream"
)

// run subscribes and unsubscribes until stop is closed.
func (t *interests) run(stop <-chan struct{}) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-t.kick:
		case <-timer.C:
		case <-stop:
			return
		}
		for _, name := range t.takeChanged() {
			t.follow(name)
		}
		if wait := t.expire(time.Now()); wait > 0 {
			timer.Reset(wait)
		}
	}
}

func (t *interests) takeChanged() []stream.Name {
	t.mu.Lock()
	defer t.mu.Unlock()
	changed := t.changed
	t.changed = nil
	for _, name := range changed {
		t.streams[name].changed = false
	}
	return changed
}

// follow makes a stream's subscription what is wanted, in time.
func (t *interests) follow(name stream.Name) {
	t.mu.Lock()
	s := t.streams[name]
	subscribe := s.wanted && s.held == nil
	switch {
	case s.wanted:
	case s.held == nil:
		delete(t.streams, name)
	default:
		t.leave(name, s)
	}
	t.mu.Unlock()
	if subscribe {
		t.hold(name, s)
	}
}

// leave lets a subscription linger from now on; t.mu is held.
func (t *interests) leave(name stream.Name, s *interest) {
	s.end = time.Now().Add(t.linger)
	if !s.lingering {
		s.lingering = true
		t.idle = append(t.idle, idle{name, s.end})
	}
}

// hold subscribes, which may have to wait. Only a connection that was closed for
// good refuses, so there is nothing to try again.
func (t *interests) hold(name stream.Name, s *interest) {
	held, err := t.subscribe(name)
	if err != nil {
		return
	}
	t.holds.Add(1)
	t.mu.Lock()
	defer t.mu.Unlock()
	s.held = held
}

// expire ends what has lingered long enough or beyond the limit, and returns how
// long the next one has; 0 when none lingers.
func (t *interests) expire(now time.Time) time.Duration {
	for len(t.idle) > 0 {
		oldest := t.idle[0]
		if left := oldest.end.Sub(now); left > 0 && len(t.idle) <= maxLinger {
			return left
		}
		t.idle = t.idle[1:]
		if held := t.release(oldest); held != nil {
			held.Unsubscribe() // fails only with the connection, and then it is gone anyway
			t.holds.Add(-1)
		}
	}
	t.idle = nil
	return 0
}

// release takes out a stream that is still not wanted. One that was wanted in
// between and left again lingers anew.
func (t *interests) release(oldest idle) subscription {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.streams[oldest.name]
	switch {
	case s.wanted || s.changed: // changed: follow will see to it
		s.lingering = false
		return nil
	case s.end.After(oldest.end):
		t.idle = append(t.idle, idle{oldest.name, s.end})
		return nil
	}
	delete(t.streams, oldest.name)
	return s.held
}
