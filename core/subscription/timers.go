package subscription

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// timers is one heap for everything that is due at some time: at most one entry
// per subscription, and one runtime timer for all of them.
type timers struct {
	due    func(id string)
	signal chan struct{} // the earliest entry may have changed

	mu   sync.Mutex
	heap timerHeap
	byID map[string]*timer
}

type timer struct {
	id  string
	at  int64 // Unix milliseconds
	pos int   // in the heap
}

// newTimers returns an empty heap that calls due, which must not block.
func newTimers(due func(id string)) *timers {
	return &timers{due: due, signal: make(chan struct{}, 1), byID: make(map[string]*timer)}
}

// set arms a subscription's timer, instead of the one that it had; at 0 disarms
// it.
func (t *timers) set(id string, at int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if old, ok := t.byID[id]; ok {
		heap.Remove(&t.heap, old.pos)
		delete(t.byID, id)
	}
	if at == 0 {
		return
	}
	entry := &timer{id: id, at: at}
	t.byID[id] = entry
	heap.Push(&t.heap, entry)
	if entry.pos == 0 {
		t.poke()
	}
}

// run fires what is due until ctx ends.
func (t *timers) run(ctx context.Context) {
	clock := time.NewTimer(time.Hour)
	defer clock.Stop()
	for {
		if wait, ok := t.fire(time.Now()); ok {
			clock.Reset(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.signal:
		case <-clock.C:
		}
	}
}

// fire reports everything that is due at now, and returns how long to wait for
// the next entry; ok is false when there is none.
func (t *timers) fire(now time.Time) (wait time.Duration, ok bool) {
	for {
		id, next, ok := t.pop(now.UnixMilli())
		if id == "" {
			return time.UnixMilli(next).Sub(now), ok
		}
		t.due(id)
	}
}

// pop removes the earliest entry if it is due; else id is empty and next says
// when it will be.
func (t *timers) pop(now int64) (id string, next int64, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.heap) == 0 {
		return "", 0, false
	}
	if first := t.heap[0]; first.at > now {
		return "", first.at, true
	}
	entry := heap.Pop(&t.heap).(*timer)
	delete(t.byID, entry.id)
	return entry.id, 0, true
}

func (t *timers) poke() {
	select {
	case t.signal <- struct{}{}:
	default:
	}
}

// timerHeap orders timers by time. It implements heap.Interface.
type timerHeap []*timer

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return h[i].at < h[j].at }

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].pos, h[j].pos = i, j
}

// Push appends an entry.
func (h *timerHeap) Push(entry any) {
	t := entry.(*timer)
	t.pos = len(*h)
	*h = append(*h, t)
}

// Pop removes the last entry.
func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	entry := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return entry
}
