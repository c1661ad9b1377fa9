package subscription

import (
	"context"
	"errors"

	"ursula/core/subscription/wake"
)

// drive looks at subscriptions until the manager closes.
func (m *Manager) drive() {
	for {
		j, ok := m.work.next()
		if !ok {
			return
		}
		mark := m.index.now() // before it is known who leads: Reload may follow it meanwhile
		if !m.records.Leads(Home(j.id)) {
			m.part(j, mark)
			continue
		}
		err := m.look(m.ctx, j)
		m.work.done(j, err != nil && !errors.Is(err, ErrNotFound))
		m.settle(j, mark, err)
	}
}

// settle decides what becomes of a subscription that was looked at.
func (m *Manager) settle(j job, mark uint64, err error) {
	switch {
	case errors.Is(err, ErrNotFound):
		m.forget(j.id, mark)
	case err != nil && m.ctx.Err() == nil:
		m.options.Log.Warn("subscription is looked at again later", "id", j.id, "error", err)
		m.timers.set(j.id, now()+retryDelay.Milliseconds())
	case j.more:
		m.hints.scan(false)
	}
}

// look links the streams that the job names, and takes the subscription one
// step on. A step that changes it has it looked at again.
func (m *Manager) look(ctx context.Context, j job) error {
	var step wake.Step
	var head wake.Subscription
	err := m.update(ctx, j.id, func(d *draft) error {
		if err := m.discover(ctx, d, j.paths); err != nil {
			return err
		}
		step = d.head.Next(now(), m.flights.carry(j.id, d.head.WakeID))
		err := m.take(ctx, d, step)
		head = d.head
		return err
	})
	if err == nil {
		m.effect(head, step)
	}
	return err
}

// discover links new streams. A subscription that has all the links that it may
// have stays as it is.
func (m *Manager) discover(ctx context.Context, d *draft, paths []string) error {
	err := d.discover(ctx, paths)
	if errors.Is(err, ErrLimit) {
		m.options.Log.Warn("subscription does not follow further streams", "id", d.head.ID, "error", err)
		return nil
	}
	return err
}

// take stages what a step does to the subscription's state.
func (m *Manager) take(ctx context.Context, d *draft, step wake.Step) error {
	switch step.Do {
	case wake.Examine:
		_, err := wakeIfPending(ctx, d)
		return err
	case wake.Expire:
		d.set(d.head.Expire(now(), draw()))
	case wake.Deliver:
		if d.head.NextAttempt != 0 || d.head.Deadline != 0 && d.head.Deadline <= now() {
			d.set(d.head.Attempt(now()))
		}
	}
	return nil
}

// effect does what a step asks of this process, after its change is committed.
func (m *Manager) effect(head wake.Subscription, step wake.Step) {
	switch step.Do {
	case wake.Deliver:
		m.launch(head)
		m.timers.set(head.ID, head.Deadline)
	case wake.Expire:
		m.flights.cancel(head.ID)
	case wake.Wait:
		m.timers.set(head.ID, step.At)
	case wake.Examine:
		m.timers.set(head.ID, 0)
	}
}

// wakeIfPending issues a wake when a stream of an idle subscription has bytes
// that nobody acknowledged.
func wakeIfPending(ctx context.Context, d *draft) (woken bool, err error) {
	views, err := d.views(ctx)
	if err != nil {
		return false, err
	}
	path, pending := wake.FirstPending(views)
	if pending {
		d.set(d.head.Wake(now(), newWakeID(), path))
	}
	return pending, nil
}
