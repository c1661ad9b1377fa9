package subscription

import (
	"context"
	"errors"

	"ursula/core/subscription/wake"
)

// Reload reads the subscriptions whose records this node leads, begins to drive
// those that it did not, and forgets the others. Call it at start and whenever
// the node gains or loses the leadership of a group.
func (m *Manager) Reload(ctx context.Context) error {
	before, mark := m.index.ids(), m.index.now()
	led, err := m.listLed(ctx)
	if err != nil {
		return wrap("reload", err)
	}
	for _, id := range before {
		if !led[id] {
			m.forget(id, mark)
		}
	}
	var failures []error
	for id := range led {
		_, err := m.adopt(ctx, id)
		failures = append(failures, err)
	}
	m.hints.scan(true)
	return errors.Join(failures...)
}

// listLed returns the subscriptions whose records this node leads. One that
// cannot be read is left out, for the others' sake.
func (m *Manager) listLed(ctx context.Context) (map[string]bool, error) {
	led := make(map[string]bool)
	err := m.records.ListAll(ctx, headPrefix, func(key string, value []byte, _ uint64) bool {
		head, err := wake.DecodeSubscription(value)
		if err != nil {
			m.options.Log.Error("subscription is left out", "record", key, "error", err)
			return true
		}
		led[head.ID] = true
		return true
	})
	return led, err
}

// adopt begins to drive a subscription. It returns true when appends to its streams
// led nowhere before.
func (m *Manager) adopt(ctx context.Context, id string) (fresh bool, err error) {
	d, err := m.load(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	links, err := d.all(ctx)
	if err != nil {
		return false, err
	}
	d.stageKnown(links)
	return m.index.follow(d), nil
}

// stageKnown lets the index follow links that exist already.
func (d *draft) stageKnown(links []wake.Link) {
	for _, link := range links {
		d.links[link.Path] = &link
	}
}
