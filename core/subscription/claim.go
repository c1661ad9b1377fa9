package subscription

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"ursula/core/stream"
	"ursula/core/subscription/wake"
)

// StreamView is a linked stream as workers see it.
type StreamView struct {
	Path    string `json:"path"`
	Type    string `json:"link_type"`
	Acked   string `json:"acked_offset"`
	Tail    string `json:"tail_offset"`
	Pending bool   `json:"has_pending"`
}

func present(views []wake.View) []StreamView {
	shown := make([]StreamView, 0, len(views))
	for _, view := range views {
		shown = append(shown, StreamView{
			Path: view.Path, Type: view.Type(), Pending: view.Pending(),
			Acked: stream.FormatOffset(view.Acked), Tail: stream.FormatOffset(view.Tail),
		})
	}
	return shown
}

// Claim is a lease that was given to a worker.
type Claim struct {
	WakeID     string       `json:"wake_id"`
	Generation uint64       `json:"generation"`
	Token      string       `json:"token"`
	Streams    []StreamView `json:"streams"`
	LeaseTTL   int64        `json:"lease_ttl_ms"`
}

// Claim gives the lease of a pull-wake subscription to a worker. Errors wrap
// ErrNotFound, wake.ErrInvalid, wake.ErrNoPending or a *wake.HeldError.
func (m *Manager) Claim(ctx context.Context, id, worker string) (Claim, error) {
	if worker == "" || len(worker) > MaxWorker {
		return Claim{}, fmt.Errorf("%w: worker must have 1 to %d bytes", wake.ErrInvalid, MaxWorker)
	}
	var claim Claim
	var refusal error
	err := m.update(ctx, id, func(d *draft) (err error) {
		claim, err = m.claim(ctx, d, worker)
		if refusal = nil; errors.Is(err, wake.ErrNoPending) {
			// The wake is over all the same: it must not keep the next one away.
			refusal, err = err, nil
			d.set(d.head.Done())
		}
		return err
	})
	return claim, errors.Join(err, refusal)
}

func (m *Manager) claim(ctx context.Context, d *draft, worker string) (Claim, error) {
	if err := expect(d.head, wake.PullWake); err != nil {
		return Claim{}, err
	}
	if err := m.discover(ctx, d, m.reported(d.head.ID)); err != nil {
		return Claim{}, err
	}
	head, err := d.head.Claim(now(), worker, newWakeID())
	if err != nil {
		return Claim{}, err
	}
	views, err := d.views(ctx)
	if err != nil {
		return Claim{}, err
	}
	if _, pending := wake.FirstPending(views); !pending {
		return Claim{}, wake.ErrNoPending
	}
	head.Links = d.head.Links // the views may have dropped some
	d.set(head)
	token, err := m.token(ctx, head)
	return Claim{head.WakeID, head.Generation, token, present(views), head.Config.LeaseTTL}, err
}

func expect(head wake.Subscription, kind wake.Kind) error {
	if head.Config.Type != kind {
		return fmt.Errorf("%w: subscription is not %s", wake.ErrInvalid, kind)
	}
	return nil
}

// newWakeID returns an id that was never used before.
func newWakeID() string { return "w_" + rand.Text() }
