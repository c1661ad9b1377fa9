package group_test

import (
	"sync"
	"testing"

	"ursula/core/group"
	"ursula/core/stream"
)

// A log that takes only small entries gets only small ones, unless a single
// command is larger.
func TestEntriesKeepWithinTheLimit(t *testing.T) {
	const limit = 4000
	var mu sync.Mutex
	sizes := map[int]int{} // commands in an entry: its bytes
	release := make(chan struct{})
	b := group.NewBatcher(func(entry []byte) ([]stream.Result, error) {
		<-release
		mu.Lock()
		defer mu.Unlock()
		n := stream.CommandsIn(entry)
		sizes[n] = max(sizes[n], len(entry))
		return make([]stream.Result, n), nil
	})
	b.Limit(limit)
	var wg sync.WaitGroup
	for i := range 50 {
		c := &stream.Command{Op: stream.OpAppend, Name: "v1/a", Data: make([]byte, 1000+100*i)}
		wg.Go(func() {
			if _, err := b.Propose(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
	close(release)
	wg.Wait()
	for n, size := range sizes {
		if n > 1 && size > limit {
			t.Errorf("an entry of %d commands has %d bytes, more than %d", n, size, limit)
		}
	}
}
