package forward

import (
	"context"
	"time"
)

// watch sees that calls which take long are noticed. Its timer is not set for each of
// them: when it ends it looks at the one that is under way then. What it has is its
// asking's, and guarded like that.
type watch struct {
	now   *call     // under way; nil for none
	began time.Time // it
	slow  bool      // it takes long; a call that is late because the one before was need not
	since time.Time // of the first call in a row without an answer; zero while none is under way
	timer *time.Timer
	set   bool // the timer runs

	over context.Context // of calls, until one is given up
	end  context.CancelFunc
}

const (
	// askPatience bounds a call. A group whose questions stay open that long has
	// lost its leader's lease already.
	askPatience = 2 * time.Second
	// hedge is after how long an answer is late, and others are asked as well.
	hedge = 20 * time.Millisecond
)

// watched begins a call, and returns the context that bounds it.
func (a *asking) watched(c *call) context.Context {
	a.now, a.began = c, time.Now()
	if a.since.IsZero() {
		a.since = a.began
	}
	if !a.set {
		a.rest(hedge)
	}
	return a.over
}

func (a *asking) rest(d time.Duration) {
	a.set = true
	if a.timer == nil {
		a.timer = time.AfterFunc(d, a.look)
		return
	}
	a.timer.Reset(d)
}

func (a *asking) stop() {
	a.timer.Stop()
	a.set, a.slow = false, false
}

// look tells those who wait for a call, and for the one after it, that it takes long, and
// gives it up when it takes too long.
func (a *asking) look() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set = false
	if a.now == nil {
		return
	}
	switch took := time.Since(a.began); {
	case took < hedge:
		a.rest(hedge - took)
	case took < askPatience:
		a.shun()
		a.slow = true
		a.now.delay()
		if a.next != nil {
			a.next.delay()
		}
		a.rest(askPatience - took)
	default:
		a.end()
		a.over, a.end = context.WithCancel(context.Background())
		a.rest(hedge)
	}
}

// delay says that a call is late.
func (c *call) delay() {
	if !c.late {
		c.late = true
		close(c.soon)
	}
}
