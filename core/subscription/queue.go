package subscription

import (
	"maps"
	"slices"
	"sync"
)

// queue holds the subscriptions that are to be looked at, each once, with the
// streams that may concern it. A subscription is handed to one worker at a
// time; what is added meanwhile is handed out when that worker is done.
type queue struct {
	maxPaths int

	mu     sync.Mutex
	filled *sync.Cond
	closed bool
	ready  []string
	items  map[string]*queueItem
}

// queueItem is a subscription that is listed, being looked at, or held: there
// are paths left, and whoever left them will add it again.
type queueItem struct {
	paths map[string]struct{}
	taken []string // paths of the job that a worker has
	more  bool     // paths were dropped for want of room
	state itemState
	again bool // added while a worker looked at it
}

type itemState uint8

const (
	held itemState = iota
	listed
	running
)

// job is a subscription to look at.
type job struct {
	id    string
	paths []string
	more  bool // there may be concerned streams beyond paths
}

func newQueue(maxPaths int) *queue {
	q := &queue{maxPaths: maxPaths, items: make(map[string]*queueItem)}
	q.filled = sync.NewCond(&q.mu)
	return q
}

// add has a subscription looked at.
func (q *queue) add(id string, paths ...string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	item, ok := q.items[id]
	if !ok {
		item = &queueItem{paths: make(map[string]struct{})}
		q.items[id] = item
	}
	item.hold(paths, q.maxPaths)
	switch item.state {
	case held:
		q.push(id, item)
	case running:
		item.again = true
	}
}

// next waits for a subscription to look at. It returns false after close.
func (q *queue) next() (job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.ready) == 0 && !q.closed {
		q.filled.Wait()
	}
	if q.closed {
		return job{}, false
	}
	id := q.ready[0]
	q.ready = q.ready[1:]
	return q.items[id].start(id), true
}

// done gives a subscription back. What is left of a job that failed is held
// until the subscription is added again.
func (q *queue) done(j job, failed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	item := q.items[j.id]
	item.state, item.taken = held, nil
	if failed {
		item.hold(j.paths, q.maxPaths)
		item.more = item.more || j.more
	}
	switch {
	case item.again:
		q.push(j.id, item)
	case len(item.paths) == 0 && !item.more:
		delete(q.items, j.id)
	}
}

// paths returns the streams that a subscription has still to be looked at for.
func (q *queue) paths(id string) []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	item, ok := q.items[id]
	if !ok {
		return nil
	}
	return slices.AppendSeq(slices.Clone(item.taken), maps.Keys(item.paths))
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.filled.Broadcast()
}

func (q *queue) push(id string, item *queueItem) {
	item.state, item.again = listed, false
	q.ready = append(q.ready, id)
	q.filled.Signal()
}

// hold remembers paths, as many as there is room for.
func (i *queueItem) hold(paths []string, limit int) {
	for _, path := range paths {
		if len(i.paths) >= limit {
			i.more = true
			return
		}
		i.paths[path] = struct{}{}
	}
}

// start hands the item out.
func (i *queueItem) start(id string) job {
	j := job{id: id, paths: slices.Sorted(maps.Keys(i.paths)), more: i.more}
	clear(i.paths)
	i.taken, i.more, i.state = j.paths, false, running
	return j
}
