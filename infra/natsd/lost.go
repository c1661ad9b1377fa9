package natsd

import (
	"sync/atomic"
	"time"
)

// lost passes on that events may have been lost. Whoever hears of it has work to
// do, so reports that come close together are passed on as one.
type lost struct {
	call  func()
	count atomic.Uint64
	kick  chan struct{}
}

func newLost(call func()) *lost {
	return &lost{call: call, kick: make(chan struct{}, 1)}
}

// report never waits.
func (l *lost) report() {
	l.count.Add(1)
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

// run passes reports on until stop is closed. What is reported during the pause
// is passed on after it.
func (l *lost) run(stop <-chan struct{}) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case <-stop:
			return
		}
		select {
		case <-l.kick:
			l.call()
		case <-stop:
			return
		}
		pause.Reset(lostPause)
	}
}
