package peerbucket

import (
	"context"
	"fmt"
)

// Delete implements bucket.Bucket. The local copy is gone when it returns; the
// peers are told, without waiting for them and without trying again. A peer that
// missed it removes its copy when its own state has forgotten the object.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	f, err := b.flights.begin(ctx, key)
	if err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	if err := b.local.Delete(ctx, key); err != nil {
		f.end()
		return err
	}
	tell := func(ctx context.Context, peer string) error {
		err := b.remote.Delete(ctx, peer, key)
		b.count.tell(err)
		return err
	}
	b.leave(f, b.ask(context.WithoutCancel(ctx), b.peers(), tell), true)
	return nil
}
