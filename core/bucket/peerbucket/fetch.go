package peerbucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"ursula/core/bucket"
)

// ErrTooLarge says that an object is beyond what a node accepts.
var ErrTooLarge = errors.New("object is too large")

// errDamaged says that what a peer has is not what was put.
var errDamaged = errors.New("verify")

// landing is the outcome of a fetch.
type landing struct {
	want
	bytes   int64 // 0 when a push was faster
	err     error
	nowhere bool // every peer answered, and none has a good copy
}

// launch starts as many fetches as may be under way.
func (m *Mirror) launch(ctx context.Context) {
	for m.flying < maxFetches {
		w, ok := m.queue.next(time.Now())
		if !ok {
			return
		}
		if m.holding(w.prefix).missing[w.key] == 0 {
			continue // deleted while it waited
		}
		m.flying++
		go func() { m.landed <- m.fetch(ctx, w) }()
	}
}

// land notes the outcome of a fetch. An object that the state ceased to name in
// the meantime is here all the same: the next look removes it, once forgotten.
func (m *Mirror) land(l landing) {
	m.flying--
	h := m.holding(l.prefix)
	wanted := h.missing[l.key] != 0
	if l.err != nil {
		m.count.failures.Add(1)
		if wanted {
			m.failed(h, l)
		}
		return
	}
	m.queue.succeeded()
	m.count.fetch(l.bytes)
	h.here[l.key] = true
	if !wanted {
		m.Kick(l.prefix)
		return
	}
	m.found(h, l.key)
}

// found ends that an object is missing.
func (m *Mirror) found(h *holding, key string) {
	if h.missing[key] == lost {
		m.count.lost.Add(-1)
	}
	m.count.missing.Add(-1)
	delete(h.missing, key)
}

// failed has an object tried again. That nobody has one is no sign of trouble with
// the peers, so the first time it does not count towards a pause.
func (m *Mirror) failed(h *holding, l landing) {
	switch {
	case l.nowhere && !slices.Contains(m.options.Catalog.Named(l.prefix), l.key):
		m.found(h, l.key) // deleted since the last look
	case l.nowhere && h.missing[l.key] == sought:
		h.missing[l.key] = lost
		m.count.lost.Add(1)
		m.queue.add(l.want)
		m.log.Error("no member has a good copy of an object; reads that need it fail", "key", l.key, "err", l.err)
	case m.queue.failed(l.want, time.Now()):
		m.log.Warn("cannot fetch objects from peers; trying again with pauses", "key", l.key, "err", l.err)
	}
}

// fetch brings an object here, verified.
func (m *Mirror) fetch(ctx context.Context, w want) landing {
	if _, err := m.options.Local.Stat(ctx, w.key); !errors.Is(err, bucket.ErrNotFound) {
		return landing{want: w, err: err}
	}
	var content []byte
	asked, answered := 0, 0
	err := m.sources.try(ctx, w.key, func(peer string) (err error) {
		content, err = m.download(ctx, peer, w.key)
		asked++
		if conclusive(err) {
			answered++
		}
		return err
	})
	if err != nil {
		return landing{want: w, err: err, nowhere: asked > 0 && asked == answered}
	}
	return landing{want: w, bytes: int64(len(content)), err: m.options.Local.Put(ctx, w.key, content)}
}

// conclusive says that a peer has answered, and has no copy to take.
func conclusive(err error) bool {
	return errors.Is(err, bucket.ErrNotFound) || errors.Is(err, errDamaged) || errors.Is(err, ErrTooLarge)
}

// download returns a whole object from one peer, so that a damaged copy there is
// told from a good one elsewhere.
func (m *Mirror) download(ctx context.Context, peer, key string) ([]byte, error) {
	object, err := m.options.Remote.Stat(ctx, peer, key)
	if err != nil {
		return nil, err
	}
	if object.Size > m.options.MaxObject {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, object.Size)
	}
	content := make([]byte, object.Size)
	if n, err := m.options.Remote.Get(ctx, peer, key, content, 0); n < len(content) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	if err := m.options.Catalog.Verify(key, content); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return content, nil
}
