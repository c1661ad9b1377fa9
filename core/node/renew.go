package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ursula/core/group"
	"ursula/core/stream"
)

// renewals are the renewals of sliding lifetimes that reads of a group have under way
// here, by the stream's incarnation. There are never more than readers who wait.
type renewals struct {
	mu    sync.Mutex
	under map[uint64]*renewal
}

// renewal is one touch. The reader that began it carries it out; the others wait.
type renewal struct {
	began  time.Time     // before the leader stamped it
	done   chan struct{} // closed when what follows is set
	err    error
	gaveUp bool // the reader that carried it did: err says nothing to the others
}

// renew makes the renewal that a read found due, or waits for another reader's, so that
// a crowd of readers is one command. It fails where the stream is no more, and where
// nobody knows what became of the renewal. A group that takes nothing now, for lack of
// space or because too much waits, is no reason to fail a read: the bytes are there.
func (g *member) renew(ctx context.Context, info *stream.Info) error {
	looked := time.Now()
	for ctx.Err() == nil {
		r, mine := g.renewals.join(info.ID)
		if mine {
			g.carryRenewal(ctx, info, r)
			return r.failure()
		}
		select {
		case <-r.done:
			if r.serves(looked, info.Lifetime) {
				return r.failure()
			}
		case <-ctx.Done():
		}
	}
	return fmt.Errorf("%w: %w", group.ErrUnknownOutcome, context.Cause(ctx))
}

// serves says whether a renewal is also that of a read which looked at the stream then:
// it began after the look, or so shortly before that the stream, renewed at that time,
// would have needed none.
func (r *renewal) serves(looked time.Time, l stream.Lifetime) bool {
	return !r.gaveUp && looked.Sub(r.began).Milliseconds() < l.Slack()
}

func (r *renewal) failure() error {
	refused := errors.Is(r.err, group.ErrNoSpace) || errors.Is(r.err, group.ErrOverloaded)
	if refused && !errors.Is(r.err, group.ErrUnknownOutcome) {
		return nil
	}
	return r.err
}

// join returns the renewal of an incarnation that is under way, or a new one that is
// the caller's to carry out.
func (r *renewals) join(id uint64) (under *renewal, mine bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if under := r.under[id]; under != nil {
		return under, false
	}
	if r.under == nil {
		r.under = make(map[uint64]*renewal)
	}
	under = &renewal{began: time.Now(), done: make(chan struct{})}
	r.under[id] = under
	return under, true
}

func (r *renewals) leave(id uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.under, id)
}

// carryRenewal looks once more: another may have ended since its reader looked.
func (g *member) carryRenewal(ctx context.Context, info *stream.Info, r *renewal) {
	defer close(r.done)
	defer g.renewals.leave(info.ID)
	now, due := g.now(), false
	g.engine.Replica().View(func(m *stream.Machine) { due = m.NeedsTouch(info.Name, now) })
	if !due {
		return
	}
	r.err = g.carryOut(ctx, &stream.Command{Op: stream.OpTouch, Name: info.Name})
	r.gaveUp = r.err != nil && ctx.Err() != nil
}
