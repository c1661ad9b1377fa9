package peerbucket

import (
	"context"
	"fmt"
	"time"
)

// tellPatience is how long Delete waits for peers, so that whoever reads next
// does not find the object at one of them.
const tellPatience = time.Second

// Delete implements bucket.Bucket. The local copy goes first, then the peers are
// told; none of them can make it fail, or keep it for more than a moment. A peer
// that missed it removes its copy when its own state has forgotten the object.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	f, err := b.flights.begin(ctx, key)
	if err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	if err := b.local.Delete(ctx, key); err != nil {
		f.end()
		return err
	}
	r := b.ask(context.WithoutCancel(ctx), b.peers(), func(ctx context.Context, peer string) error {
		err := b.remote.Delete(ctx, peer, key)
		b.count.tell(err)
		return err
	})
	patience, cancel := context.WithTimeout(ctx, tellPatience)
	defer cancel()
	r.all(patience)
	b.leave(f, r, true)
	return nil
}
