package subscription

import (
	"context"
	"errors"
)

var errNoDriver = errors.New("no other node drives it")

// part leaves a subscription to the node that drives it. It comes up here after the
// leadership has moved, when a request or a delivery that began before ends: what that
// has changed, the other node is to act upon, and this one is not.
func (m *Manager) part(j job, mark uint64) {
	m.work.done(j, false)
	m.forget(j.id, mark)
	m.parting.add(j.id)
}

// handOver tells the drivers of subscriptions that were left to them, each until it
// has heard. It has a queue of its own: a driver that hangs holds up nothing that is
// driven here.
func (m *Manager) handOver() {
	for {
		j, ok := m.parting.next()
		if !ok {
			return
		}
		err := m.options.HandOver(m.ctx, j.id)
		m.parting.done(j, false)
		if err != nil && m.ctx.Err() == nil {
			m.options.Log.Debug("subscription is handed over later", "id", j.id, "error", err)
			m.timers.set(j.id, now()+retryDelay.Milliseconds())
		}
	}
}

// TakeOver looks at a subscription that another node has changed and does not drive.
// The error wraps ErrElsewhere when this node does not drive it either: the other one
// is to look further. If this node ceases to lead afterwards, it hands over what it
// took.
func (m *Manager) TakeOver(ctx context.Context, id string) error {
	if !m.records.Leads(Home(id)) {
		return ErrElsewhere
	}
	fresh, err := m.adopt(ctx, id)
	if err != nil {
		return wrap("take over", err)
	}
	if fresh {
		m.hints.scan(false) // streams born since it was made were reported to nobody
	}
	m.work.add(id)
	return nil
}
