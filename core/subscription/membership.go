package subscription

import (
	"context"

	"ursula/core/subscription/wake"
)

// AddStreams links streams explicitly; those that are linked already keep their
// cursors. Errors wrap ErrNotFound, wake.ErrInvalid or ErrLimit.
func (m *Manager) AddStreams(ctx context.Context, id string, paths []string) error {
	for i := range paths {
		paths[i] = wake.NormalisePath(paths[i])
	}
	return m.update(ctx, id, func(d *draft) error {
		if err := d.head.Config.CheckStreams(paths); err != nil {
			return err
		}
		return d.linkExplicit(ctx, paths)
	})
}

// RemoveStream removes an explicit link; a link by the pattern stays. Removing
// one that does not exist is no error. Errors wrap ErrNotFound.
func (m *Manager) RemoveStream(ctx context.Context, id, path string) error {
	path = wake.NormalisePath(path)
	return m.update(ctx, id, func(d *draft) error {
		link, ok, err := d.link(ctx, path)
		switch {
		case err != nil || !ok || !link.Explicit:
			return err
		case link.Stream != 0 && d.head.Config.Selects(path):
			link.Explicit = false
			d.put(link)
		default:
			d.drop(path)
		}
		return nil
	})
}

// linkExplicit links streams at their tails; those that do not exist yet are
// linked at their beginning.
func (d *draft) linkExplicit(ctx context.Context, paths []string) error {
	for _, path := range paths {
		link, known, err := d.link(ctx, path)
		if err != nil {
			return err
		}
		if known {
			link.Explicit = true
			d.put(link)
			continue
		}
		info, _, err := d.tail(ctx, path)
		if err != nil {
			return err
		}
		if err := d.add(wake.LinkAtTail(path, true, info)); err != nil {
			return err
		}
	}
	return nil
}
