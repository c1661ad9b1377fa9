package node

import (
	"context"
	"sync"
	"time"

	"ursula/core/stream"
)

// expiry reclaims streams whose lifetime is over. To clients they are gone the
// moment that happens; this is about their memory.
type expiry struct {
	node *Node
	kick chan struct{}

	mu   sync.Mutex
	next int64 // Unix milliseconds of the next look; 0 means none is planned
}

// expireAtOnce bounds the streams of a group that one look reclaims.
const expireAtOnce = 256

// lookAgain bounds how long a deadline far away is slept for.
const lookAgain = 24 * time.Hour

func newExpiry(n *Node) *expiry { return &expiry{node: n, kick: make(chan struct{}, 1)} }

// expect says that a stream with this lifetime was made. It never waits.
func (e *expiry) expect(l stream.Lifetime, now int64) {
	at := l.ExpiresAt
	if at == 0 {
		if l.TTL < 0 {
			return
		}
		at = now + min(l.TTL, int64(lookAgain/time.Second))*1000
	}
	e.mu.Lock()
	sooner := e.next == 0 || at < e.next
	if sooner {
		e.next = at
	}
	e.mu.Unlock()
	if sooner {
		e.wake()
	}
}

// wake has all groups looked at. It never waits.
func (e *expiry) wake() {
	select {
	case e.kick <- struct{}{}:
	default:
	}
}

func (e *expiry) run(ctx context.Context) {
	for {
		var due <-chan time.Time
		if next := e.look(ctx); next != 0 {
			due = time.After(e.until(next))
		}
		select {
		case <-ctx.Done():
			return
		case <-due:
			e.plan(0)
		case <-e.kick:
		}
	}
}

// until is how long to wait for a time. A deadline may lie further ahead than a
// Duration can tell.
func (e *expiry) until(at int64) time.Duration {
	wait := min(at-e.node.now(), lookAgain.Milliseconds())
	return time.Duration(max(wait, 1)) * time.Millisecond
}

func (e *expiry) plan(next int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.next = next
}

// look reclaims what is due in all groups that this node leads, and returns when
// to look again.
func (e *expiry) look(ctx context.Context) int64 {
	var soonest int64
	for _, g := range e.node.groups {
		if !g.engine.Leads() {
			continue
		}
		next := e.reclaim(ctx, g)
		if next != 0 && (soonest == 0 || next < soonest) {
			soonest = next
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.next == 0 || soonest != 0 && soonest < e.next {
		e.next = soonest
	}
	return e.next
}

func (e *expiry) reclaim(ctx context.Context, g *member) (next int64) {
	var due []stream.Name
	g.engine.Replica().Maintain(func(m *stream.Machine) {
		due, next = m.Due(e.node.now(), expireAtOnce)
	})
	for _, name := range due {
		if err := g.carryOut(ctx, &stream.Command{Op: stream.OpExpire, Name: name}); err != nil {
			e.node.options.Logger.Warn("cannot reclaim an expired stream yet", "stream", name, "error", err)
		}
	}
	return next
}
