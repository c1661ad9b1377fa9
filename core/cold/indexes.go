package cold

import (
	"container/list"
	"sync"

	"ursula/core/segment"
)

// indexes keeps the most recently used segment indexes, bounded by the memory
// that they take.
type indexes struct {
	max int

	mu     sync.Mutex
	memory int
	byID   map[segment.ID]*list.Element // of cached
	order  *list.List                   // most recent first
}

type cached struct {
	id    segment.ID
	index *segment.Index
}

func newIndexes(max int) *indexes {
	return &indexes{max: max, byID: make(map[segment.ID]*list.Element), order: list.New()}
}

func (x *indexes) get(id segment.ID) (*segment.Index, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e, ok := x.byID[id]
	if !ok {
		return nil, false
	}
	x.order.MoveToFront(e)
	return e.Value.(cached).index, true
}

// add keeps an index, at the cost of others. One that alone is beyond the
// bound is not kept.
func (x *indexes) add(id segment.ID, index *segment.Index) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, ok := x.byID[id]; ok || index.Memory() > x.max {
		return
	}
	x.byID[id] = x.order.PushFront(cached{id, index})
	x.memory += index.Memory()
	for x.memory > x.max {
		x.remove(x.order.Back())
	}
}

// forget drops the index of an object that is deleted.
func (x *indexes) forget(id segment.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if e, ok := x.byID[id]; ok {
		x.remove(e)
	}
}

func (x *indexes) remove(e *list.Element) {
	old := x.order.Remove(e).(cached)
	delete(x.byID, old.id)
	x.memory -= old.index.Memory()
}
