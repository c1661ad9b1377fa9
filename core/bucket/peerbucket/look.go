package peerbucket

import (
	"context"
	"errors"
	"time"

	"ursula/core/bucket"
)

// holding is what the mirror remembers of a group between two looks, so that a
// look asks the local bucket only about what is new.
//
// Invariant: no key is in both. What is missing is queued or on its way.
type holding struct {
	here    map[string]bool // in the local bucket; named, or not yet forgotten
	missing map[string]lack // named, and not in the local bucket
}

// lack is why an object is missing; 0 for one that is not.
type lack byte

const (
	sought lack = iota + 1 // it is to be fetched
	lost                   // and every peer said that it has no good copy either
)

// lost counts what no peer has.
func (h *holding) lost() (n int64) {
	for _, l := range h.missing {
		if l == lost {
			n++
		}
	}
	return n
}

// look brings the holdings in line with the state, if it is time to.
func (m *Mirror) look(ctx context.Context) {
	now := time.Now()
	if !now.Before(m.allAt) {
		m.allAt = now.Add(m.options.Every)
		m.mark(true, m.options.Catalog.Prefixes()...)
	} else if m.lookAt.IsZero() || now.Before(m.lookAt) {
		return
	}
	m.lookAt = time.Time{}
	for prefix, list := range m.marked() {
		if err := m.lookAtGroup(ctx, prefix, list); err != nil && ctx.Err() == nil {
			m.log.Warn("cannot look through the local objects; trying again", "prefix", prefix, "err", err)
			m.mark(list, prefix)
		}
		m.count.due.Add(-1)
	}
}

// lookAtGroup looks at one group. With list it goes by what the local bucket
// lists instead of the memory of the last look.
func (m *Mirror) lookAtGroup(ctx context.Context, prefix string, list bool) error {
	old := m.holding(prefix)
	if list {
		here, err := m.list(ctx, prefix)
		if err != nil {
			return err
		}
		old = &holding{here: here, missing: old.missing}
	}
	fresh := &holding{here: make(map[string]bool), missing: make(map[string]lack)}
	for _, key := range m.options.Catalog.Named(prefix) {
		if err := m.find(ctx, key, old, fresh); err != nil {
			return err
		}
	}
	m.keep(prefix, old, fresh)
	return m.part(ctx, old, fresh)
}

// keep remembers a look that is complete.
func (m *Mirror) keep(prefix string, old, fresh *holding) {
	if m.groups[prefix] == nil {
		m.count.unseen.Add(-1)
	}
	m.groups[prefix] = fresh
	m.count.missing.Add(int64(len(fresh.missing) - len(old.missing)))
	m.count.lost.Add(fresh.lost() - old.lost())
	for key := range fresh.missing {
		if old.missing[key] == 0 {
			m.queue.add(want{prefix, key})
		}
	}
}

func (m *Mirror) holding(prefix string) *holding {
	if h, ok := m.groups[prefix]; ok {
		return h
	}
	return &holding{}
}

func (m *Mirror) list(ctx context.Context, prefix string) (map[string]bool, error) {
	here := make(map[string]bool)
	for object, err := range m.options.Local.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		here[object.Key] = true
	}
	return here, nil
}

// find notes where a named object is.
func (m *Mirror) find(ctx context.Context, key string, old, fresh *holding) error {
	if old.here[key] {
		fresh.here[key] = true
		return nil
	}
	if l := old.missing[key]; l != 0 {
		fresh.missing[key] = l
		return nil
	}
	_, err := m.options.Local.Stat(ctx, key)
	switch {
	case err == nil:
		fresh.here[key] = true
	case errors.Is(err, bucket.ErrNotFound):
		fresh.missing[key] = sought
	default:
		return err
	}
	return nil
}

// part removes what is here and forgotten. What is merely not named stays: as
// garbage that the leader will delete, or for a proposal that is on its way.
func (m *Mirror) part(ctx context.Context, old, fresh *holding) error {
	var failed error
	for key := range old.here {
		if fresh.here[key] {
			continue
		}
		if !m.options.Catalog.Forgotten(key) {
			fresh.here[key] = true
		} else if err := m.options.Local.Delete(ctx, key); err != nil {
			fresh.here[key], failed = true, err
		} else {
			m.count.removed.Add(1)
		}
	}
	return failed
}
