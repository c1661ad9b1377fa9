package peerbucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"ursula/core/bucket"
)

// Errors of a Bucket, beside those of the port. Both can be tried again.
var (
	// ErrNoMajority says that too few members took an object.
	ErrNoMajority = errors.New("no majority of the members has the object")

	// ErrUnavailable says that nobody who answered has an object, and that
	// somebody did not answer.
	ErrUnavailable = errors.New("object is on none of the members that answer")
)

// Remote is the local bucket of each peer. Its methods may be called
// concurrently, return soon after ctx is done, and give up by themselves on a
// peer that makes no progress. Nothing that arrives damaged is taken for good.
// Keys are as in bucket.Bucket, and so are the errors of a peer that answers.
type Remote interface {
	// Put stores size bytes, read from r, in the bucket of a peer, atomically.
	// When it returns nil they are durable there.
	Put(ctx context.Context, peer, key string, size int64, r io.Reader) error
	// Get is bucket.Bucket's at a peer.
	Get(ctx context.Context, peer, key string, dst []byte, offset int64) (int, error)
	// Stat is bucket.Bucket's at a peer.
	Stat(ctx context.Context, peer, key string) (bucket.Object, error)
	// Delete is bucket.Bucket's at a peer.
	Delete(ctx context.Context, peer, key string) error
}

// sources asks one peer after the other for an object.
type sources struct {
	peers func() []string
	last  atomic.Pointer[string] // who served last: most likely to do so again
}

// try calls read with one peer after the other until one has the object, and
// returns that outcome, io.EOF included. It returns bucket.ErrNotFound only if
// every peer said so: one that does not answer may have the object.
func (s *sources) try(ctx context.Context, key string, read func(peer string) error) error {
	var failures []error
	for _, peer := range s.order() {
		err := read(peer)
		switch {
		case err == nil || err == io.EOF:
			s.last.Store(&peer)
			return err
		case ctx.Err() != nil:
			return fmt.Errorf("get %s from peer %s: %w", key, peer, ctx.Err())
		case !errors.Is(err, bucket.ErrNotFound):
			failures = append(failures, fmt.Errorf("peer %s: %w", peer, err))
		}
	}
	if len(failures) == 0 {
		return fmt.Errorf("get %s: %w", key, bucket.ErrNotFound)
	}
	return fmt.Errorf("get %s: %w: %w", key, ErrUnavailable, errors.Join(failures...))
}

// order is the peers as the caller orders them, but the last that served first.
func (s *sources) order() []string {
	peers, last := s.peers(), s.last.Load()
	if last == nil {
		return peers
	}
	ordered := slices.Clone(peers)
	if i := slices.Index(ordered, *last); i > 0 {
		copy(ordered[1:], ordered[:i])
		ordered[0] = *last
	}
	return ordered
}
