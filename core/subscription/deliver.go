package subscription

import (
	"context"
	"errors"
	"fmt"

	"ursula/core/subscription/wake"
)

// launch delivers the current wake in the background. While an earlier delivery
// of the subscription is under way it does nothing: its end has the
// subscription looked at again. The goroutines that wait for room are as many
// as subscriptions at most.
func (m *Manager) launch(head wake.Subscription) {
	ctx, cancel := context.WithCancel(m.ctx)
	f := &flight{id: head.ID, wakeID: head.WakeID, cancel: cancel}
	if !m.flights.begin(f) {
		cancel()
		return
	}
	m.tasks.Go(func() {
		defer cancel()
		landed := m.fly(ctx, head)
		m.flights.end(f, landed)
		m.work.add(head.ID)
	})
}

// fly delivers a wake and records how that went. It returns true when the wake
// must not be delivered again.
func (m *Manager) fly(ctx context.Context, head wake.Subscription) (landed bool) {
	if m.flights.acquire(ctx) != nil {
		return false
	}
	defer m.flights.release()
	ctx, cancel := context.WithTimeout(ctx, m.options.DeliveryTimeout)
	defer cancel()
	sent, err := m.send(ctx, head)
	if m.ctx.Err() != nil {
		return false
	}
	if err != nil && !errors.Is(err, errSuperseded) {
		m.options.Log.Warn("wake was not delivered", "id", head.ID, "generation", head.Generation, "error", err)
	}
	if err := m.conclude(m.ctx, head, sent, err); err != nil && !errors.Is(err, errSuperseded) {
		m.options.Log.Warn("outcome of a wake was not recorded", "id", head.ID, "error", err)
		return false
	}
	return err == nil && head.Config.Type == wake.PullWake
}

// errSuperseded says that a wake has moved on while it was delivered.
var errSuperseded = errors.New("wake has moved on")

// sent is what was delivered and answered.
type sent struct {
	views []wake.View
	done  bool
}

func (m *Manager) send(ctx context.Context, head wake.Subscription) (sent, error) {
	if head.Config.Type == wake.PullWake {
		return sent{}, m.announce(ctx, head)
	}
	return m.request(ctx, head)
}

// conclude records how a delivery went, if its wake is still the current one.
func (m *Manager) conclude(ctx context.Context, head wake.Subscription, sent sent, failure error) error {
	return m.update(ctx, head.ID, func(d *draft) error {
		if d.head.Fence(head.Generation, head.WakeID) != nil {
			return errSuperseded
		}
		switch {
		case failure == nil && sent.done:
			return acknowledge(ctx, d, sent.views)
		case d.head.Phase == wake.Leased:
			return errSuperseded // a callback or a claim was faster
		case failure != nil:
			d.set(d.head.Failed(now(), draw()))
		case head.Config.Type == wake.Webhook || d.head.Failing():
			d.set(d.head.Accepted())
		}
		return nil
	})
}

// acknowledge moves the cursors to what a wake showed, and ends the wake.
func acknowledge(ctx context.Context, d *draft, shown []wake.View) error {
	for _, view := range shown {
		link, ok, err := d.link(ctx, view.Path)
		if err != nil {
			return fmt.Errorf("acknowledge: %w", err)
		}
		if ok && link.Stream == view.Stream && link.Acked < view.Tail {
			link.Acked = view.Tail
			d.put(link)
		}
	}
	return finish(ctx, d)
}

// finish ends the current wake, and issues the next one when work is pending.
func finish(ctx context.Context, d *draft) error {
	d.set(d.head.Done())
	_, err := wakeIfPending(ctx, d)
	return err
}
