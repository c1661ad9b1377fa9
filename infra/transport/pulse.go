package transport

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	beatsToPing = 2  // of silence; a ping is sent after as many
	beatsToDie  = 6  // of silence, or of a write without progress
	beatsToTime = 10 // after so many a ping is sent anyway, to know the round trip
)

// pulsePeriod is the time between two beats.
type pulsePeriod time.Duration

// beats returns how many beats there are in d, rounded up.
func (p pulsePeriod) beats(d time.Duration) uint64 {
	return uint64((d + time.Duration(p) - 1) / time.Duration(p))
}

// next returns how long it is until the next moment for beats. They are the same
// for all connections, so that the process wakes up once for all of them.
func (p pulsePeriod) next() time.Duration {
	return time.Duration(p) - time.Duration(time.Now().UnixNano())%time.Duration(p)
}

// pulse watches a connection with one timer: whether anything is heard, whether
// a write makes progress, and whose time to wait is up.
//
// It counts beats, not time. When a process was stopped for a while, one beat is
// late, and the peer is not taken for dead because of it.
type pulse struct {
	period pulsePeriod

	now     atomic.Uint64 // beats so far
	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
	silent  int
	stuck   int
	in, out uint64 // traffic at the last beat
}

func (p *pulse) start(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stopped {
		p.in, p.out = c.traffic.in.Load(), c.traffic.out.Load()
		p.timer = time.AfterFunc(time.Duration(p.period)+p.period.next(), func() { p.beat(c) })
	}
}

func (p *pulse) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	if p.timer != nil {
		p.timer.Stop()
	}
}

// deadline is the beat at which d is over.
func (p *pulse) deadline(d time.Duration) uint64 { return p.now.Load() + p.period.beats(d) }

func (p *pulse) beat(c *conn) {
	now := p.now.Add(1)
	ping, err := p.observe(c, now)
	if err != nil {
		c.fail(err)
		return
	}
	c.waiting.expire(now, errTimeout)
	if ping {
		c.ping()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stopped {
		p.timer.Reset(p.period.next())
	}
}

var errTimeout = errors.New("timeout")

// observe compares the traffic with that of the last beat. Only the side that
// dialed pings: the other one hears the pings.
func (p *pulse) observe(c *conn, now uint64) (ping bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	in, out := c.traffic.in.Load(), c.traffic.out.Load()
	p.silent = countUnless(in != p.in, p.silent)
	p.stuck = countUnless(out != p.out || !c.writing.Load(), p.stuck)
	p.in, p.out = in, out
	switch {
	case p.silent >= beatsToDie:
		return false, fmt.Errorf("nothing heard for %v", time.Duration(p.period)*beatsToDie)
	case p.stuck >= beatsToDie:
		return false, fmt.Errorf("peer takes nothing for %v", time.Duration(p.period)*beatsToDie)
	}
	silence := p.silent > 0 && p.silent%beatsToPing == 0
	return c.dialed && (silence || now%beatsToTime == 1), nil
}

func countUnless(alive bool, n int) int {
	if alive {
		return 0
	}
	return n + 1
}
