package subscription

import (
	"strings"
	"sync"
	"sync/atomic"

	"ursula/core/subscription/wake"
)

// index tells which subscriptions an append may concern. It may name too many,
// because whoever asks then looks at the records; it never names too few once a
// subscription was followed. It may be used concurrently.
type index struct {
	size atomic.Int64 // read by the groups' goroutines without the lock

	mu        sync.RWMutex
	clock     uint64 // counts changes
	entries   map[string]*indexEntry
	bySegment map[string]map[string]struct{} // a pattern's first segment -> ids; "" for a wildcard
	byPath    map[string]map[string]struct{} // an explicit path -> ids
}

// indexEntry is what the index knows of one subscription. Each explicit path
// carries the clock at which it was added last.
type indexEntry struct {
	config   wake.Config
	followed uint64 // the clock when a draft was followed last
	explicit map[string]uint64
}

func newIndex() *index {
	return &index{
		entries:   make(map[string]*indexEntry),
		bySegment: make(map[string]map[string]struct{}),
		byPath:    make(map[string]map[string]struct{}),
	}
}

// now returns the clock. Whoever reads records remembers it, so that a removal
// undoes only what was known before they were read, whatever order two commits
// are reported in.
func (x *index) now() uint64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.clock
}

// follow takes over what a draft has committed. It returns true when there was no such
// subscription with this pattern.
func (x *index) follow(d *draft) (fresh bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	before := x.entries[d.head.ID]
	entry := x.entry(d.head)
	x.clock++
	entry.followed = x.clock
	for path, link := range d.links {
		if link != nil && link.Explicit {
			x.add(d.head.ID, entry, path)
		} else if at, ok := entry.explicit[path]; ok && at <= d.mark {
			delete(entry.explicit, path)
			remove(x.byPath, path, d.head.ID)
		}
	}
	return entry != before
}

// entry returns the entry of a subscription, and makes it when it is new.
func (x *index) entry(head wake.Subscription) *indexEntry {
	if entry, ok := x.entries[head.ID]; ok && entry.config.Pattern == head.Config.Pattern {
		return entry
	}
	x.drop(head.ID)
	entry := &indexEntry{config: head.Config, explicit: make(map[string]uint64)}
	x.entries[head.ID] = entry
	if head.Config.Pattern != "" {
		insert(x.bySegment, bucketOf(head.Config.Pattern), head.ID)
	}
	x.size.Store(int64(len(x.entries)))
	return entry
}

func (x *index) add(id string, entry *indexEntry, path string) {
	entry.explicit[path] = x.clock
	insert(x.byPath, path, id)
}

// forget removes a subscription that is deleted or driven by another node. It
// returns false, and keeps the subscription, when one was followed after mark.
func (x *index) forget(id string, mark uint64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if entry, ok := x.entries[id]; ok && entry.followed > mark {
		return false
	}
	x.drop(id)
	return true
}

func (x *index) drop(id string) {
	entry, ok := x.entries[id]
	if !ok {
		return
	}
	for path := range entry.explicit {
		remove(x.byPath, path, id)
	}
	remove(x.bySegment, bucketOf(entry.config.Pattern), id)
	delete(x.entries, id)
	x.size.Store(int64(len(x.entries)))
}

// concerned returns the subscriptions that an append to path may concern.
func (x *index) concerned(path string) []string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var ids []string
	for id := range x.byPath[path] {
		ids = append(ids, id)
	}
	first, _, _ := strings.Cut(path, "/")
	for _, bucket := range []string{first, ""} {
		for id := range x.bySegment[bucket] {
			if x.entries[id].config.Selects(path) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// ids returns every subscription that is known.
func (x *index) ids() []string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	ids := make([]string, 0, len(x.entries))
	for id := range x.entries {
		ids = append(ids, id)
	}
	return ids
}

// bucketOf is the literal first segment of a pattern, "" for a wildcard.
func bucketOf(pattern string) string {
	first, _, _ := strings.Cut(pattern, "/")
	if strings.HasPrefix(first, "*") {
		return ""
	}
	return first
}

func insert(sets map[string]map[string]struct{}, key, id string) {
	if sets[key] == nil {
		sets[key] = make(map[string]struct{})
	}
	sets[key][id] = struct{}{}
}

func remove(sets map[string]map[string]struct{}, key, id string) {
	delete(sets[key], id)
	if len(sets[key]) == 0 {
		delete(sets, key)
	}
}
