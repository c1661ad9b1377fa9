package peerbucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"sync"

	"ursula/core/bucket"
)

// maxBackground bounds the operations whose peers are still at work after the
// call returned. Beyond it Put cancels what it does not need, and Delete tells
// nobody: the peers' mirrors do the rest.
const maxBackground = 8

// Options configure a Bucket. All but Logger are required.
type Options struct {
	// Local holds this node's copies.
	Local bucket.Bucket
	// Remote reaches the peers' local buckets.
	Remote Remote
	// Peers returns the ids of the other members that vote, nearest first. The
	// caller must not change the slice afterwards.
	Peers  func() []string
	Logger *slog.Logger // nil discards
}

// Bucket is a bucket.Bucket whose objects lie on the members of a cluster. An
// object must not be replaced while a peer reads it; the cold tier never uses a
// key twice.
type Bucket struct {
	local   bucket.Bucket
	remote  Remote
	peers   func() []string
	log     *slog.Logger
	sources sources
	count   counters

	flights    flights
	background chan struct{} // one value for each operation that goes on after its call
	workers    sync.WaitGroup
}

var _ bucket.Bucket = (*Bucket)(nil)

// New returns a Bucket. Close it before its local bucket.
func New(o Options) *Bucket {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Bucket{
		local: o.Local, remote: o.Remote, peers: o.Peers, log: o.Logger,
		sources:    sources{peers: o.Peers},
		flights:    flights{byKey: make(map[string]*flight)},
		background: make(chan struct{}, maxBackground),
	}
}

// Close ends what goes on after calls that have returned, and waits for it.
// Calls must not be under way.
func (b *Bucket) Close() {
	b.flights.hurry()
	b.workers.Wait()
}

// Get implements bucket.Bucket. What this node lacks, or has a copy of that its
// disk does not give back, is read from a peer, and not kept: that is the Mirror's
// task. It returns bucket.ErrNotFound only if all members said so, else
// ErrUnavailable.
func (b *Bucket) Get(ctx context.Context, key string, dst []byte, offset int64) (n int, err error) {
	n, err = b.local.Get(ctx, key, dst, offset)
	if err == nil || err == io.EOF || ctx.Err() != nil {
		return n, err
	}
	err = b.elsewhere(ctx, key, err, func(peer string) error {
		n, err = b.remote.Get(ctx, peer, key, dst, offset)
		return err
	})
	b.count.elsewhere(n)
	return n, err
}

// elsewhere has peers asked for what the local bucket failed to give. A copy that
// is here and cannot be read is not one that nobody has.
func (b *Bucket) elsewhere(ctx context.Context, key string, local error, read func(peer string) error) error {
	err := b.sources.try(ctx, key, read)
	switch {
	case err == nil, err == io.EOF, errors.Is(local, bucket.ErrNotFound):
		return err
	case errors.Is(err, bucket.ErrNotFound):
		return fmt.Errorf("get %s: %w: no peer has it: %w", key, ErrUnavailable, local)
	}
	return fmt.Errorf("%w; the copy here: %w", err, local)
}

// Stat implements bucket.Bucket, with the errors of Get.
func (b *Bucket) Stat(ctx context.Context, key string) (bucket.Object, error) {
	object, err := b.local.Stat(ctx, key)
	if err == nil || ctx.Err() != nil {
		return object, err
	}
	err = b.elsewhere(ctx, key, err, func(peer string) error {
		object, err = b.remote.Stat(ctx, peer, key)
		return err
	})
	return object, err
}

// List implements bucket.Bucket for the objects that this node has. Each node
// looks after its own: what others have too many, their mirrors remove.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[bucket.Object, error] {
	return b.local.List(ctx, prefix)
}
