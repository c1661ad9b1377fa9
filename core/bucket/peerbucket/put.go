package peerbucket

import (
	"context"
	"fmt"
	"io"

	"ursula/core/bucket"
)

// Put implements bucket.Bucket. The object is durable here first, and peers are
// sent the local copy: the parts are free once Put returns, while slower peers
// are still being served. Put returns as soon as a majority of the members has
// the object, this node being one, and ErrNoMajority as soon as that cannot
// happen any more. After an error nothing is under way.
func (b *Bucket) Put(ctx context.Context, key string, parts ...[]byte) error {
	f, err := b.flights.begin(ctx, key)
	if err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	if err := b.local.Put(ctx, key, parts...); err != nil {
		f.end()
		return err
	}
	if err := b.replicate(ctx, f, size(parts)); err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	return nil
}

// replicate pushes the local copy of an object to the peers.
func (b *Bucket) replicate(ctx context.Context, f *flight, size int64) error {
	push := func(ctx context.Context, peer string) error {
		err := b.remote.Put(ctx, peer, f.key, size, &localReader{ctx: ctx, bucket: b.local, key: f.key, left: size})
		b.count.push(size, err)
		if err != nil {
			b.log.Debug("a peer did not take an object", "peer", peer, "key", f.key, "err", err)
		}
		return err
	}
	peers := b.peers()
	r := b.ask(context.WithoutCancel(ctx), peers, push)
	// With this node, half of the peers (rounded up) are a majority of all.
	err := r.await(ctx, (len(peers)+1)/2)
	b.leave(f, r, err == nil)
	return err
}

// localReader reads an object of the local bucket from its beginning.
type localReader struct {
	ctx    context.Context // of the one call that the reader is made for
	bucket bucket.Bucket
	key    string
	offset int64
	left   int64
}

// Read implements io.Reader. An object that ends early was replaced or damaged.
func (r *localReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), r.left)]
	n, err := r.bucket.Get(r.ctx, r.key, p, r.offset)
	r.offset += int64(n)
	r.left -= int64(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func size(parts [][]byte) (n int64) {
	for _, p := range parts {
		n += int64(len(p))
	}
	return n
}
