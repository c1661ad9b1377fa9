package peerbucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"ursula/core/bucket"
)

// ErrTooLarge says that an object is beyond what a node accepts.
var ErrTooLarge = errors.New("object is too large")

// landing is the outcome of a fetch.
type landing struct {
	want
	bytes int64 // 0 when a push was faster
	err   error
}

// launch starts as many fetches as may be under way.
func (m *Mirror) launch(ctx context.Context) {
	for m.flying < maxFetches {
		w, ok := m.queue.next(time.Now())
		if !ok {
			return
		}
		if !m.holding(w.prefix).missing[w.key] {
			continue // deleted while it waited
		}
		m.flying++
		go func() {
			bytes, err := m.fetch(ctx, w.key)
			m.landed <- landing{w, bytes, err}
		}()
	}
}

// land notes the outcome of a fetch. An object that the state ceased to name in
// the meantime is here all the same: the next look removes it, once forgotten.
func (m *Mirror) land(l landing) {
	m.flying--
	h := m.holding(l.prefix)
	wanted := h.missing[l.key]
	if l.err != nil {
		m.count.failures.Add(1)
		if wanted && m.queue.failed(l.want, time.Now()) {
			m.log.Warn("cannot fetch objects from peers; trying again with pauses", "key", l.key, "err", l.err)
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
	delete(h.missing, l.key)
	m.count.missing.Add(-1)
}

// fetch brings an object here, verified, and returns its size.
func (m *Mirror) fetch(ctx context.Context, key string) (int64, error) {
	if _, err := m.options.Local.Stat(ctx, key); !errors.Is(err, bucket.ErrNotFound) {
		return 0, err
	}
	var content []byte
	err := m.sources.try(ctx, key, func(peer string) (err error) {
		content, err = m.download(ctx, peer, key)
		return err
	})
	if err != nil {
		return 0, err
	}
	return int64(len(content)), m.options.Local.Put(ctx, key, content)
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
		return nil, fmt.Errorf("verify: %w", err)
	}
	return content, nil
}
