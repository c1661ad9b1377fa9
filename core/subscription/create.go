package subscription

import (
	"context"
	"errors"
	"fmt"

	"ursula/core/stream"
	"ursula/core/subscription/wake"
)

// Create makes a subscription, or confirms one that has the same configuration
// (created is then false). Streams that exist are linked at their tails. The
// base is the absolute URL of the control root, for callbacks; confirming with
// another one replaces it. Errors wrap wake.ErrInvalid, webhook.ErrRejected,
// ErrExists or ErrLimit.
func (m *Manager) Create(ctx context.Context, id, base string, config wake.Config) (d Description, created bool, err error) {
	config, err = m.admit(id, config)
	if err != nil {
		return d, false, err
	}
	for range maxConflicts {
		created, err = m.createOrConfirm(ctx, wake.New(id, base, config, now()), config.Streams)
		if !errors.Is(err, stream.ErrRecordConflict) {
			break
		}
	}
	if err != nil {
		return d, false, err
	}
	if created {
		// Streams born between the backfill and now were reported to nobody.
		m.hints.scan(false)
	}
	d, err = m.Describe(ctx, id)
	return d, created, err
}

// admit judges what needs no records.
func (m *Manager) admit(id string, config wake.Config) (wake.Config, error) {
	if err := checkID(id); err != nil {
		return config, err
	}
	config, err := config.Normalise()
	if err == nil && config.Type == wake.Webhook {
		err = m.options.Sender.CheckURL(config.WebhookURL)
	}
	return config, err
}

func (m *Manager) createOrConfirm(ctx context.Context, head wake.Subscription, explicit []string) (created bool, err error) {
	d, err := m.load(ctx, head.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return true, m.create(ctx, head, explicit)
	case err != nil:
		return false, err
	case d.head.Hash != head.Hash:
		return false, ErrExists
	case d.head.Base == head.Base:
		return false, nil
	}
	d.head.Base, d.changed = head.Base, true
	return false, m.commit(ctx, d)
}

func (m *Manager) create(ctx context.Context, head wake.Subscription, explicit []string) error {
	if m.index.size.Load() >= int64(m.options.Limits.Subscriptions) {
		return fmt.Errorf("%w: %d subscriptions", ErrLimit, m.options.Limits.Subscriptions)
	}
	d := m.blank()
	d.set(head)
	if err := d.linkExplicit(ctx, explicit); err != nil {
		return err
	}
	if err := d.backfill(ctx); err != nil {
		return err
	}
	return m.commit(ctx, d)
}

// backfill links the streams that exist and that the pattern selects.
func (d *draft) backfill(ctx context.Context) error {
	if d.head.Config.Pattern == "" {
		return nil
	}
	var full error
	err := d.streams.Each(ctx, func(info stream.Info) bool {
		path := info.Name.Path()
		if d.links[path] == nil && d.head.Config.Selects(path) {
			full = d.add(wake.LinkAtTail(path, false, info))
		}
		return full == nil
	})
	return wrap("backfill", errors.Join(err, full))
}

// checkID admits ids that need no escaping in keys, paths and logs.
func checkID(id string) error {
	if id == "" || len(id) > MaxID {
		return fmt.Errorf("%w: id must have 1 to %d bytes", wake.ErrInvalid, MaxID)
	}
	for _, c := range []byte(id) {
		if c <= ' ' || c == '/' || c >= 0x7f {
			return fmt.Errorf("%w: id must be printable ASCII without spaces and slashes", wake.ErrInvalid)
		}
	}
	return nil
}
