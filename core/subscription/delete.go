package subscription

import (
	"context"
	"errors"
	"fmt"

	"ursula/core/stream"
)

// Delete removes a subscription and all its links at once. Deleting one that
// does not exist is no error. Whoever holds a token for it is refused from then
// on, also if the id is used again: wake ids are not.
func (m *Manager) Delete(ctx context.Context, id string) error {
	for range maxConflicts {
		d, err := m.load(ctx, id)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		err = m.erase(ctx, d)
		if err == nil {
			m.forget(id, d.mark)
		}
		if !errors.Is(err, stream.ErrRecordConflict) {
			return err
		}
	}
	return fmt.Errorf("%w: %q", ErrContended, id)
}

func (m *Manager) erase(ctx context.Context, d *draft) error {
	links, err := d.all(ctx)
	if err != nil {
		return err
	}
	batch := stream.RecordBatch{
		Checks: []stream.RecordCheck{{Key: headKey(d.head.ID), Version: d.version}},
		Sets:   []stream.RecordSet{{Key: headKey(d.head.ID)}},
	}
	for _, link := range links {
		batch.Sets = append(batch.Sets, stream.RecordSet{Key: linkKey(d.head.ID, link.Path)})
	}
	return wrap("delete", m.records.Commit(ctx, Home(d.head.ID), batch))
}
