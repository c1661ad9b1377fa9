package wal

import (
	"sync"

	"github.com/hashicorp/raft"
)

// cache keeps the newest entries of a shard's logs, first in first out, up to
// a number of bytes. It holds the entries that raft handed in, not copies.
type cache struct {
	mu      sync.Mutex
	limit   int
	used    int
	entries map[cacheKey]*raft.Log
	order   []cacheKey // in order of arrival; some may be gone from entries
}

type cacheKey struct {
	group uint32
	index uint64
}

func newCache(limit int) *cache {
	return &cache{limit: limit, entries: make(map[cacheKey]*raft.Log)}
}

func (c *cache) put(group uint32, entries []*raft.Log) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range entries {
		key := cacheKey{group, e.Index}
		c.remove(key)
		c.entries[key] = e
		c.order = append(c.order, key)
		c.used += cost(e)
	}
	for c.used > c.limit && len(c.order) > 0 {
		c.remove(c.order[0])
		c.order = c.order[1:]
	}
	c.tidy()
}

func (c *cache) get(group uint32, index uint64, e *raft.Log) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.entries[cacheKey{group, index}]
	if ok {
		*e = *found
	}
	return ok
}

// drop forgets a group's entries from first to last.
func (c *cache) drop(group uint32, first, last uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last-first < uint64(len(c.entries)) {
		for i := first; i <= last; i++ {
			c.remove(cacheKey{group, i})
		}
		return
	}
	for key := range c.entries {
		if key.group == group && key.index >= first && key.index <= last {
			c.remove(key)
		}
	}
}

func (c *cache) remove(key cacheKey) {
	if e, ok := c.entries[key]; ok {
		c.used -= cost(e)
		delete(c.entries, key)
	}
}

// tidy drops keys without entries before they outnumber those with one.
func (c *cache) tidy() {
	const slack = 1024
	if len(c.order) <= 2*len(c.entries)+slack {
		return
	}
	kept := make([]cacheKey, 0, len(c.entries))
	for _, key := range c.order {
		if _, ok := c.entries[key]; ok {
			kept = append(kept, key)
		}
	}
	c.order = kept
}

// cost is what an entry takes in memory, roughly.
func cost(e *raft.Log) int {
	const overhead = 192 // the struct, the key twice, the map's share
	return overhead + len(e.Data) + len(e.Extensions)
}
