package wal

import (
	"errors"
	"fmt"

	"ursula/core/journal"
)

// LiveBefore returns how many bytes of this log lie in segments with a lower
// number: what a snapshot could free there, or MoveForward would copy.
func (l *Log) LiveBefore(segment uint64) (bytes int64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, p := range l.index.positions {
		if p.Segment < segment {
			bytes += int64(p.Length)
		}
	}
	for _, v := range l.stable {
		if v.position.Segment < segment {
			bytes += int64(v.position.Length)
		}
	}
	return bytes
}

// MoveForward repeats at the journal's head what is live in segments with a
// lower number than the given one, so that those can be removed. It is for
// groups that write too little to be worth a snapshot. It returns the bytes
// that it copied.
func (s *Set) MoveForward(segment uint64) (bytes int64, err error) {
	for _, group := range s.Groups() {
		n, err := s.Log(group).MoveForward(segment)
		bytes += n
		if err != nil {
			return bytes, err
		}
	}
	return bytes, nil
}

// MoveForward is Set.MoveForward for one group. The log can be used meanwhile.
func (l *Log) MoveForward(segment uint64) (bytes int64, err error) {
	for {
		n, err := l.moveSome(segment)
		bytes += n
		if err != nil {
			return bytes, fmt.Errorf("wal: group %d: move forward: %w", l.group, err)
		}
		if n == 0 {
			return bytes, nil
		}
	}
}

// move is a set of records and where their copies belong in memory.
type move struct {
	limit   int64
	bytes   int64
	records []journal.Record
	entries []uint64 // indexes of the first records
	keys    []string // of those after
}

// take adds a record if it still fits; the first always does.
func (m *move) take(r journal.Record) bool {
	size := journal.RecordSize(len(r.Payload))
	if len(m.records) > 0 && m.bytes+size > m.limit {
		return false
	}
	m.records = append(m.records, r)
	m.bytes += size
	return true
}

// moveSome copies up to a chunk and lets writers have their turn again.
func (l *Log) moveSome(segment uint64) (bytes int64, err error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	m := move{limit: l.chunkLimit()}
	if err := l.gather(&m, min(segment, l.writer.Segment())); err != nil || len(m.records) == 0 {
		return 0, err
	}
	positions, err := l.writer.Append(m.records)
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	obsolete := l.applyMove(m, positions)
	l.mu.Unlock()
	l.set.journal.Release(obsolete...)
	return m.bytes, nil
}

// gather reads what shall move. Only the turn's holder changes the log, so it
// may look without the mutex.
func (l *Log) gather(m *move, segment uint64) error {
	for n, p := range l.index.positions {
		if p.Segment >= segment {
			continue
		}
		if full, err := l.gatherEntry(m, l.index.first+uint64(n), p); full || err != nil {
			return err
		}
	}
	l.gatherStable(m, segment)
	return nil
}

var errMisplaced = errors.New("the journal holds another entry there")

func (l *Log) gatherEntry(m *move, i uint64, p journal.Position) (full bool, err error) {
	r, err := l.set.journal.ReadAt(p, nil)
	if err != nil {
		return false, err
	}
	if found, err := entryIndex(r.Payload); err != nil || r.Group != l.group || found != i {
		return false, fmt.Errorf("entry %d: %w", i, errors.Join(errMisplaced, err))
	}
	if !m.take(journal.Record{Group: l.group, Kind: kindMoved, Payload: r.Payload}) {
		return true, nil
	}
	m.entries = append(m.entries, i)
	return false, nil
}

func (l *Log) gatherStable(m *move, segment uint64) {
	for key, v := range l.stable {
		if v.position.Segment >= segment {
			continue
		}
		payload := appendStable(nil, []byte(key), v.bytes)
		if !m.take(journal.Record{Group: l.group, Kind: kindStable, Payload: payload}) {
			return
		}
		m.keys = append(m.keys, key)
	}
}

func (l *Log) applyMove(m move, positions []journal.Position) (obsolete []journal.Position) {
	for n, i := range m.entries {
		obsolete = append(obsolete, l.index.relocate(i, positions[n]))
	}
	for n, key := range m.keys {
		p := positions[len(m.entries)+n]
		obsolete = append(obsolete, l.stable.set(key, l.stable[key].bytes, p)...)
	}
	return obsolete
}
