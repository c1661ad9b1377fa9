package peerbucket

import (
	"context"
	"sync"
)

// flights lets one operation at a time change an object, at all members. Without
// it a push that goes on in the background could bring back what a later Delete
// removed, or read a mix of two versions while a Put replaces the local copy.
type flights struct {
	mu    sync.Mutex
	byKey map[string]*flight
}

// flight is an operation on a key, from its call to the last peer's answer.
type flight struct {
	key     string
	hurried chan struct{} // closed when nothing should go on after the call
	done    chan struct{} // closed when the next may begin
	once    sync.Once
	of      *flights
}

// begin waits until no other flight has the key. Who has it is asked to give up
// what goes on in the background; its call is not disturbed.
func (f *flights) begin(ctx context.Context, key string) (*flight, error) {
	for {
		mine, other := f.enter(key)
		if other == nil {
			return mine, nil
		}
		other.hurry()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-other.done:
		}
	}
}

// enter returns a new flight, or the one that has the key.
func (f *flights) enter(key string) (mine, other *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if other, ok := f.byKey[key]; ok {
		return nil, other
	}
	mine = &flight{key: key, hurried: make(chan struct{}), done: make(chan struct{}), of: f}
	f.byKey[key] = mine
	return mine, nil
}

// hurry ends what goes on in the background.
func (f *flights) hurry() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, flight := range f.byKey {
		flight.hurry()
	}
}

func (f *flight) hurry() { f.once.Do(func() { close(f.hurried) }) }

func (f *flight) end() {
	f.of.mu.Lock()
	delete(f.of.byKey, f.key)
	f.of.mu.Unlock()
	close(f.done)
}
