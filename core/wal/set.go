package wal

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"ursula/core/journal"
)

// DefaultCacheBytes is the cache of a set when Options leaves it open.
const DefaultCacheBytes = 32 << 20

// Options say where the journal lies and how much memory the set may take.
type Options struct {
	// Journal is handed to journal.Open.
	Journal journal.Options
	// CacheBytes bounds the newest entries kept in memory for all groups
	// together, DefaultCacheBytes when zero, none when negative.
	CacheBytes int
}

// Set is the logs of all groups of a node. Group g appends to the journal's
// writer g modulo the number of shards, which may differ from one Open to the
// next. All methods may be called concurrently.
type Set struct {
	journal *journal.Journal
	shards  int
	caches  []*cache // one a shard
	buffers sync.Pool

	mu   sync.Mutex
	logs map[uint32]*Log
}

// Open opens the journal and rebuilds the logs of every group found there. Its
// errors are those of journal.Open.
func Open(o Options) (*Set, error) {
	s := &Set{shards: o.Journal.Shards, logs: make(map[uint32]*Log)}
	j, err := journal.Open(o.Journal, func(r journal.Record, p journal.Position) ([]journal.Position, error) {
		return s.log(r.Group).replay(r, p)
	})
	if err != nil {
		return nil, fmt.Errorf("wal: %w", err)
	}
	s.journal = j
	s.makeCaches(o.CacheBytes)
	for _, l := range s.logs {
		if err := l.index.settle(); err != nil {
			j.Close()
			return nil, fmt.Errorf("wal: group %d: %w", l.group, err)
		}
		s.attach(l)
	}
	return s, nil
}

func (s *Set) makeCaches(bytes int) {
	if bytes == 0 {
		bytes = DefaultCacheBytes
	}
	for range s.shards {
		s.caches = append(s.caches, newCache(max(0, bytes/s.shards)))
	}
}

// Log returns the log of a group, which is empty if the journal held nothing
// of it. The same group gives the same Log.
func (s *Set) Log(group uint32) *Log {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.log(group)
	if l.writer == nil {
		s.attach(l)
	}
	return l
}

func (s *Set) log(group uint32) *Log {
	l := s.logs[group]
	if l == nil {
		l = &Log{set: s, group: group, stable: make(values)}
		s.logs[group] = l
	}
	return l
}

func (s *Set) attach(l *Log) {
	shard := int(l.group) % s.shards
	l.writer, l.cache = s.journal.Writer(shard), s.caches[shard]
}

// Groups lists the groups that have a log, sorted.
func (s *Set) Groups() []uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.logs))
}

// Segments lists the journal's segments, oldest first.
func (s *Set) Segments() []journal.SegmentInfo { return s.journal.Segments() }

// Held returns the journal's bytes on disk, and the bytes of what is live.
func (s *Set) Held() (disk, live int64) { return s.journal.Held() }

// Stats returns the journal's counts.
func (s *Set) Stats() journal.Stats { return s.journal.Stats() }

// Close closes the journal after the appends under way. Call it once, when no
// raft uses a log any more.
func (s *Set) Close() error { return s.journal.Close() }

// buffer lends a buffer for encoding; recycle takes it back.
func (s *Set) buffer() *[]byte {
	if b, ok := s.buffers.Get().(*[]byte); ok {
		return b
	}
	return new([]byte)
}

func (s *Set) recycle(b *[]byte) {
	if cap(*b) > chunkBytes*2 {
		return
	}
	*b = (*b)[:0]
	s.buffers.Put(b)
}
