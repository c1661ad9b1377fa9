package natsd

import (
	"sync"

	"ursula/core/stream"
)

// outgoing is an event on its way out.
type outgoing struct {
	subject string
	origin  origin
	event   stream.Event
}

// queue is what waits to be published: in order, bounded, never waiting for room.
type queue struct {
	limit int
	kick  chan struct{} // something waits

	mu    sync.Mutex
	items []outgoing
}

func newQueue(limit int) *queue {
	return &queue{limit: limit, kick: make(chan struct{}, 1)}
}

// put returns false when there is no room.
func (q *queue) put(o outgoing) bool {
	q.mu.Lock()
	full := len(q.items) >= q.limit
	if !full {
		q.items = append(q.items, o)
	}
	q.mu.Unlock()
	if !full {
		select {
		case q.kick <- struct{}{}:
		default:
		}
	}
	return !full
}

// take returns everything that waits. The queue goes on with spent's memory.
func (q *queue) take(spent []outgoing) []outgoing {
	clear(spent)
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = spent[:0]
	return items
}
