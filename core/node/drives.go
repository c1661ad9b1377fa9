package node

import (
	"context"
	"sync"

	"ursula/core/stream"
)

// drives lets one goroutine at a time drive a fork. A driver that is late, for
// another one was faster and the fork is deleted already, would take a reference
// that nobody gives back.
type drives struct {
	mu    sync.Mutex
	under map[stream.Name]chan struct{} // closed when the drive ends
}

func newDrives() *drives { return &drives{under: make(map[stream.Name]chan struct{})} }

// begin waits for its turn; the caller calls end after the drive.
func (d *drives) begin(ctx context.Context, name stream.Name) (end func(), err error) {
	for {
		ended, mine := d.take(name)
		if mine {
			return func() { d.end(name, ended) }, nil
		}
		select {
		case <-ended:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (d *drives) take(name stream.Name) (ended chan struct{}, mine bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ended, ok := d.under[name]; ok {
		return ended, false
	}
	ended = make(chan struct{})
	d.under[name] = ended
	return ended, true
}

func (d *drives) end(name stream.Name, ended chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.under, name)
	close(ended)
}
