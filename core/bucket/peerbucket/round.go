package peerbucket

import (
	"context"
	"errors"
	"fmt"
)

// round is one request to every peer.
type round struct {
	outcomes chan error // one from each peer; never blocks the sender
	left     int        // outcomes not yet received
	cancel   context.CancelFunc
}

// ask sends a request to all peers at once.
func (b *Bucket) ask(ctx context.Context, peers []string, request func(context.Context, string) error) *round {
	ctx, cancel := context.WithCancel(ctx)
	r := &round{outcomes: make(chan error, len(peers)), left: len(peers), cancel: cancel}
	for _, peer := range peers {
		b.workers.Go(func() {
			err := request(ctx, peer)
			if err != nil {
				err = fmt.Errorf("peer %s: %w", peer, err)
			}
			r.outcomes <- err
		})
	}
	return r
}

// await returns nil once need peers have agreed, and an error once they cannot
// any more or ctx is done.
func (r *round) await(ctx context.Context, need int) error {
	var failures []error
	for need > 0 {
		if need > r.left {
			return fmt.Errorf("%w: %w", ErrNoMajority, errors.Join(failures...))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-r.outcomes:
			r.left--
			if err == nil {
				need--
			} else {
				failures = append(failures, err)
			}
		}
	}
	return nil
}

// all waits for every peer's answer, but no longer than ctx.
func (r *round) all(ctx context.Context) {
	for r.left > 0 {
		select {
		case <-ctx.Done():
			return
		case <-r.outcomes:
			r.left--
		}
	}
}

// drain waits for the peers that are left. When hurry is closed it cancels what
// they are doing.
func (r *round) drain(hurry <-chan struct{}) {
	defer r.cancel()
	for r.left > 0 {
		select {
		case <-r.outcomes:
			r.left--
		case <-hurry:
			r.cancel()
			hurry = nil
		}
	}
}

// leave ends a flight whose caller waits no longer. If the rest of the round is
// wanted, and there is room for it in the background, it goes on there until
// somebody else wants the key; else it is cancelled and waited for.
func (b *Bucket) leave(f *flight, r *round, wanted bool) {
	if wanted && r.left > 0 {
		select {
		case b.background <- struct{}{}:
			b.workers.Go(func() {
				r.drain(f.hurried)
				f.end()
				<-b.background
			})
			return
		default:
		}
	}
	r.cancel()
	r.drain(nil)
	f.end()
}
