package subscription

import (
	"context"
	"errors"
	"fmt"

	"ursula/core/stream"
	"ursula/core/subscription/wake"
)

// maxConflicts bounds how often a change is tried again because another one
// came first. Each conflict means that somebody made progress.
const maxConflicts = 64

// load reads a subscription. It returns ErrNotFound when there is none.
func (m *Manager) load(ctx context.Context, id string) (*draft, error) {
	d := m.blank()
	value, version, err := m.records.Get(ctx, Home(id), headKey(id))
	if err != nil {
		return nil, wrap("read", err)
	}
	if version == 0 {
		return nil, ErrNotFound
	}
	d.version = version
	d.head, err = wake.DecodeSubscription(value)
	return d, err
}

// blank returns a draft of a subscription that does not exist yet.
func (m *Manager) blank() *draft {
	return &draft{
		mark:    m.index.now(),
		links:   make(map[string]*wake.Link),
		records: m.records, streams: m.streams, maxLinks: m.options.Limits.Links,
	}
}

// update reads a subscription, lets change stage what is to become of it, and
// commits that, as often as it takes. An error of change is returned as it is
// and commits nothing.
func (m *Manager) update(ctx context.Context, id string, change func(*draft) error) error {
	for range maxConflicts {
		d, err := m.load(ctx, id)
		if err != nil {
			return err
		}
		if err := change(d); err != nil {
			return err
		}
		err = m.commit(ctx, d)
		if !errors.Is(err, stream.ErrRecordConflict) {
			return err
		}
	}
	return fmt.Errorf("%w: %q", ErrContended, id)
}

// commit writes the draft if it changed, and then has the subscription looked
// at: whatever the change asks for follows from the state that is now stored.
func (m *Manager) commit(ctx context.Context, d *draft) error {
	if !d.changed {
		return nil
	}
	batch, err := d.batch()
	if err != nil {
		return wrap("encode", err)
	}
	if err := m.records.Commit(ctx, Home(d.head.ID), batch); err != nil {
		return wrap("commit", err)
	}
	m.index.follow(d)
	m.work.add(d.head.ID)
	return nil
}
