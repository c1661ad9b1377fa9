package subscription

import (
	"context"
	"fmt"
	"time"

	"ursula/core/stream"
	"ursula/core/subscription/keys"
	"ursula/core/subscription/wake"
)

// Report is what a worker says about the wake that it works on.
type Report struct {
	Token      string
	WakeID     string
	Generation uint64
	Acks       []Ack
	Done       bool
}

// Ack says that a stream is processed up to an offset.
type Ack struct {
	Stream string
	Offset string
}

// Ack takes a pull-wake worker's acks, and extends its lease or, when it is
// done, ends it. It returns true when another wake follows. Errors wrap
// ErrNotFound, keys.ErrTokenInvalid, keys.ErrTokenExpired, wake.ErrFenced,
// wake.ErrInvalidOffset or wake.ErrInvalid; none of them moves a cursor.
func (m *Manager) Ack(ctx context.Context, id string, r Report) (nextWake bool, err error) {
	return m.report(ctx, id, wake.PullWake, r)
}

// Callback does for a webhook's endpoint what Ack does for a worker.
func (m *Manager) Callback(ctx context.Context, id string, r Report) (nextWake bool, err error) {
	return m.report(ctx, id, wake.Webhook, r)
}

// Release ends a pull-wake worker's lease without an ack. Errors are those of
// Ack.
func (m *Manager) Release(ctx context.Context, id string, r Report) error {
	_, err := m.report(ctx, id, wake.PullWake, Report{
		Token: r.Token, WakeID: r.WakeID, Generation: r.Generation, Done: true,
	})
	return err
}

func (m *Manager) report(ctx context.Context, id string, kind wake.Kind, r Report) (nextWake bool, err error) {
	err = m.update(ctx, id, func(d *draft) error {
		if err := expect(d.head, kind); err != nil {
			return err
		}
		if err := m.authorize(ctx, d.head, r); err != nil {
			return err
		}
		if err := d.ack(ctx, r.Acks); err != nil {
			return err
		}
		if !r.Done {
			d.set(d.head.Renew(now()))
			return nil
		}
		err := finish(ctx, d)
		nextWake = d.head.Phase == wake.Waking
		return err
	})
	return nextWake, err
}

// authorize admits only who acts for the current wake with a token for it.
func (m *Manager) authorize(ctx context.Context, head wake.Subscription, r Report) error {
	grant, err := m.keys.Verify(ctx, r.Token, time.Now())
	if err != nil {
		return err
	}
	if grant.Subscription != head.ID {
		return keys.ErrTokenInvalid
	}
	if err := head.Fence(grant.Generation, grant.WakeID); err != nil {
		return err
	}
	return head.Fence(r.Generation, r.WakeID)
}

// ack stages acks, all of them or none.
func (d *draft) ack(ctx context.Context, acks []Ack) error {
	for _, ack := range acks {
		position, err := stream.ParseOffset(ack.Offset)
		if err != nil {
			return fmt.Errorf("%w: %w", wake.ErrInvalidOffset, err)
		}
		if err := d.ackOne(ctx, wake.NormalisePath(ack.Stream), position); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) ackOne(ctx context.Context, path string, position uint64) error {
	link, ok, err := d.link(ctx, path)
	if err != nil {
		return err
	}
	var view wake.View
	if ok {
		view, ok, err = d.view(ctx, link)
	}
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%w: %q is not a stream of the subscription", wake.ErrInvalidOffset, path)
	}
	acked, err := view.Ack(position)
	if err == nil {
		d.put(acked)
	}
	return err
}
