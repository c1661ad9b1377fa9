package subscription

import (
	"context"
	"sync"
)

// flights knows the deliveries that this process has under way or, for wake
// events, has completed: at most one per subscription. It may be used
// concurrently.
type flights struct {
	slots chan struct{} // bounds the deliveries that run at once

	mu   sync.Mutex
	byID map[string]*flight
}

// flight is one delivery of one wake.
type flight struct {
	id, wakeID string
	cancel     context.CancelFunc
	landed     bool
}

func newFlights(limit int) *flights {
	return &flights{slots: make(chan struct{}, limit), byID: make(map[string]*flight)}
}

// carry says whether a wake is under way or has landed.
func (f *flights) carry(id, wakeID string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	known, ok := f.byID[id]
	return ok && known.wakeID == wakeID
}

// begin registers a delivery. It returns false while an earlier one of the same
// subscription is still under way.
func (f *flights) begin(next *flight) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if known, ok := f.byID[next.id]; ok && !known.landed {
		return false
	}
	f.byID[next.id] = next
	return true
}

// end says that a delivery is over. One that landed is remembered, so that it
// is not repeated while its wake lasts.
func (f *flights) end(over *flight, landed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	over.landed = landed
	if !landed {
		delete(f.byID, over.id)
	}
}

// cancel ends a subscription's delivery early and forgets one that has landed.
func (f *flights) cancel(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	known, ok := f.byID[id]
	switch {
	case !ok:
	case known.landed:
		delete(f.byID, id)
	default:
		known.cancel()
	}
}

// acquire waits for room for one more delivery.
func (f *flights) acquire(ctx context.Context) error {
	select {
	case f.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *flights) release() { <-f.slots }
