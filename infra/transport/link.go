package transport

import (
	"context"
	"sync"
	"time"
)

// link keeps a connection of one class to one peer: it dials again, with pauses,
// whenever there is none.
type link[C carrier] struct {
	dial    func(context.Context, *traffic) (C, error)
	changed func()
	doubt   func(carrier) // judges a connection once it is current
	traffic traffic
	nudge   chan struct{} // capacity 1: the peer is there, dial now

	mu      sync.Mutex
	current C
	up      bool
	closed  bool
	dialing chan struct{} // closed when the attempt under way ends; nil while none is
	arrived chan struct{} // closed while up
	since   time.Time     // of the last change of up
	err     error         // why it is not up
}

func newLink[C carrier](dial func(context.Context, *traffic) (C, error), changed func(), doubt func(carrier)) *link[C] {
	return &link[C]{
		dial: dial, changed: changed, doubt: doubt, nudge: make(chan struct{}, 1),
		dialing: make(chan struct{}), arrived: make(chan struct{}),
	}
}

// get returns the connection. It waits for an attempt that is under way and not
// for the next one, and no longer than until over is closed.
func (l *link[C]) get(ctx context.Context, over <-chan struct{}) (C, error) {
	c, up, dialing, err := l.look()
	if !up && dialing != nil {
		select {
		case <-dialing:
		case <-over:
			return c, unreachable(errOver)
		case <-ctx.Done():
			return c, unreachable(context.Cause(ctx))
		}
		c, up, _, err = l.look()
	}
	if !up {
		return c, unreachable(err)
	}
	return c, nil
}

func (l *link[C]) look() (C, bool, chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current, l.up, l.dialing, l.err
}

// run keeps the connection until ctx ends.
func (l *link[C]) run(ctx context.Context, report func(error)) {
	var pause backoff
	for ctx.Err() == nil {
		l.begin()
		c, err := l.dial(ctx, &l.traffic)
		if err == nil {
			pause.reset()
			l.established(c)
			err = c.run()
		}
		l.ended(err)
		if ctx.Err() == nil {
			report(err)
			l.rest(ctx, pause.next())
		}
	}
}

func (l *link[C]) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dialing == nil {
		l.dialing = make(chan struct{})
	}
}

func (l *link[C]) established(c C) {
	if l.set(c) {
		c.fail(ErrClosed)
	}
	l.doubt(c)
	l.changed()
}

// review has the connection judged anew, if there is one.
func (l *link[C]) review(doubt func(carrier)) {
	if c, up, _, _ := l.look(); up {
		doubt(c)
	}
}

func (l *link[C]) set(c C) (closed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.current, l.up, l.since, l.err = c, true, time.Now(), nil
	close(l.arrived)
	l.settled()
	return l.closed
}

func (l *link[C]) ended(err error) {
	defer l.changed()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.up || l.since.IsZero() {
		l.since = time.Now()
	}
	if l.up {
		l.arrived = make(chan struct{})
	}
	l.up, l.err = false, err
	l.settled()
}

func (l *link[C]) settled() {
	if l.dialing != nil {
		close(l.dialing)
		l.dialing = nil
	}
}

func (l *link[C]) rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.nudge:
	case <-ctx.Done():
	}
}

// hurry ends a pause between attempts.
func (l *link[C]) hurry() {
	select {
	case l.nudge <- struct{}{}:
	default:
	}
}

// close ends the connection. The context of run must have ended before.
func (l *link[C]) close() {
	l.mu.Lock()
	l.closed = true
	c, up := l.current, l.up
	l.mu.Unlock()
	if up {
		c.fail(ErrClosed)
	}
}
