package wal

import (
	"errors"
	"fmt"
	"sync"

	"github.com/hashicorp/raft"

	"ursula/core/journal"
)

var (
	_ raft.LogStore          = (*Log)(nil)
	_ raft.MonotonicLogStore = (*Log)(nil)
)

// Log is the Raft log and the stable store of one group. All methods may be
// called concurrently; readers never wait for a writer's disk.
type Log struct {
	set    *Set
	group  uint32
	writer *journal.Writer
	cache  *cache

	// turn is held by whoever changes this log, its append included, so that
	// the journal's order is the order of the changes in memory. Nobody else
	// waits for it.
	turn sync.Mutex

	mu     sync.RWMutex // never held while waiting
	index  index
	stable values
}

// IsMonotonic implements raft.MonotonicLogStore: a log has no gaps.
func (l *Log) IsMonotonic() bool { return true }

// FirstIndex implements raft.LogStore.
func (l *Log) FirstIndex() (uint64, error) {
	first, _ := l.bounds()
	return first, nil
}

// LastIndex implements raft.LogStore.
func (l *Log) LastIndex() (uint64, error) {
	_, last := l.bounds()
	return last, nil
}

func (l *Log) bounds() (first, last uint64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.index.bounds()
}

// GetLog implements raft.LogStore. It returns raft.ErrLogNotFound for an index
// that the log does not hold. Data and Extensions must not be changed.
func (l *Log) GetLog(i uint64, e *raft.Log) error {
	if l.cache.get(l.group, i, e) {
		return nil
	}
	p, ok := l.position(i)
	for ok {
		r, err := l.set.journal.ReadAt(p, nil)
		if err == nil {
			return decodeEntry(r.Payload, e)
		}
		if !errors.Is(err, journal.ErrReleased) {
			return fmt.Errorf("wal: group %d: entry %d: %w", l.group, i, err)
		}
		before := p
		p, ok = l.position(i) // compacted or moved meanwhile
		if p == before {
			return fmt.Errorf("wal: group %d: entry %d: %w", l.group, i, err)
		}
	}
	return raft.ErrLogNotFound
}

func (l *Log) position(i uint64) (journal.Position, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.index.at(i)
}

// Reserve is journal.Writer.Reserve for this log: a gate before a proposal of n
// bytes, which returns journal.ErrNoSpace when the disk is known to be full.
func (l *Log) Reserve(n int) error { return l.writer.Reserve(int64(n)) }

// AwaitSync returns when the journal has done the frame that it is writing, if it
// writes one. An entry that is stored now would have to wait for that as well.
func (l *Log) AwaitSync() { l.writer.AwaitSync() }
