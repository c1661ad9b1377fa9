package wal

import (
	"fmt"

	"github.com/hashicorp/raft"

	"ursula/core/journal"
)

// chunkBytes is how much of a StoreLogs goes into one Append.
const chunkBytes = 1 << 20

// StoreLog implements raft.LogStore.
func (l *Log) StoreLog(e *raft.Log) error { return l.StoreLogs([]*raft.Log{e}) }

// StoreLogs implements raft.LogStore. The entries must be consecutive and
// follow the last one, or overwrite the end of the log, or begin an empty log.
// It keeps the entries in memory: they must not change afterwards. After an
// error a beginning of them may be stored. A full disk gives
// journal.ErrNoSpace.
func (l *Log) StoreLogs(entries []*raft.Log) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	if err := l.checkConsecutive(entries); err != nil {
		return fmt.Errorf("wal: group %d: %w", l.group, err)
	}
	for len(entries) > 0 {
		n, size := l.chunk(entries)
		if err := l.storeChunk(entries[:n], size); err != nil {
			return fmt.Errorf("wal: group %d: store entries from %d: %w", l.group, entries[0].Index, err)
		}
		entries = entries[n:]
	}
	return nil
}

func (l *Log) checkConsecutive(entries []*raft.Log) error {
	first, last := l.bounds()
	for n, e := range entries {
		if _, err := checkIndex(e.Index); err != nil {
			return err
		}
		switch {
		case n > 0 && e.Index != entries[n-1].Index+1:
			return fmt.Errorf("entry %d follows entry %d", e.Index, entries[n-1].Index)
		case n == 0 && last > 0 && (e.Index > last+1 || e.Index < first):
			return fmt.Errorf("entry %d does not continue the log of %d to %d", e.Index, first, last)
		}
	}
	return nil
}

// chunk returns how many entries go into the next Append, and their bytes.
func (l *Log) chunk(entries []*raft.Log) (n int, size int64) {
	for _, e := range entries {
		further := journal.RecordSize(entrySize(e))
		if n > 0 && size+further > l.chunkLimit() {
			break
		}
		size += further
		n++
	}
	return n, size
}

func (l *Log) chunkLimit() int64 { return min(chunkBytes, l.writer.Limit()) }

func (l *Log) storeChunk(entries []*raft.Log, size int64) error {
	if err := l.writer.ReserveHalf(size); err != nil {
		return err
	}
	buffer := l.set.buffer()
	defer l.set.recycle(buffer)
	records := make([]journal.Record, len(entries))
	for n, e := range entries {
		at := len(*buffer)
		*buffer = appendEntry(*buffer, e)
		records[n] = journal.Record{Group: l.group, Kind: kindEntry, Payload: (*buffer)[at:]}
	}
	positions, err := l.writer.Append(records)
	if err != nil {
		return err
	}
	l.stored(entries, positions)
	return nil
}

// stored shows durable entries to readers.
func (l *Log) stored(entries []*raft.Log, positions []journal.Position) {
	l.mu.Lock()
	overwritten := l.index.truncate(entries[0].Index)
	for n, e := range entries {
		l.index.add(e.Index, positions[n])
	}
	l.mu.Unlock()
	if len(overwritten) > 0 {
		l.cache.drop(l.group, entries[0].Index, maxIndex)
	}
	l.cache.put(l.group, entries)
	l.set.journal.Release(overwritten...)
}

// DeleteRange implements raft.LogStore for ranges that reach the beginning of
// the log, which is compaction, or its end, which is truncation. It returns when
// the deletion is on disk.
func (l *Log) DeleteRange(from, to uint64) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	first, last := l.bounds()
	switch {
	case last == 0 || to < first || from > last || to < from:
		return nil
	case from <= first:
		return l.delete(kindCompact, min(to, last)+1, first, min(to, last))
	case to >= last:
		return l.delete(kindTruncate, from, from, last)
	}
	return fmt.Errorf("wal: group %d: delete entries %d to %d: would leave a gap in %d to %d",
		l.group, from, to, first, last)
}

func (l *Log) delete(kind uint8, index, from, to uint64) error {
	positions, err := l.append(kind, encodeIndex(index))
	if err != nil {
		return fmt.Errorf("wal: group %d: delete entries %d to %d: %w", l.group, from, to, err)
	}
	l.mu.Lock()
	obsolete := l.cut(kind, index)
	l.mu.Unlock()
	l.cache.drop(l.group, from, to)
	l.set.journal.Release(append(obsolete, positions...)...)
	return nil
}

func (l *Log) append(kind uint8, payload []byte) ([]journal.Position, error) {
	return l.writer.Append([]journal.Record{{Group: l.group, Kind: kind, Payload: payload}})
}
