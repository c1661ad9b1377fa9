package raftgroup

import (
	"errors"
	"fmt"
	"sync"

	"github.com/hashicorp/raft"
)

// tailLog is the log as Raft has it. Raft keeps in memory where its log ends, and is
// wrong about it in two cases: when it cleared a conflicting end and what takes its place
// could not be stored, and when it installed a snapshot in place of a log that conflicts
// with it and is no shorter. Until Raft has been told (correct.go) the log ends where it
// was cut: nothing behind that is shown, not even a part that was stored, and nothing is
// stored but what takes the place. DESIGN.md of core/group says why that is safe.
type tailLog struct {
	raft.LogStore
	snapshots raft.SnapshotStore
	correct   func() // has Raft told; it does not wait

	mu         sync.Mutex
	base       raft.Log // last entry of the snapshot that the log was begun behind
	cut        uint64   // index at which the log goes on, while Raft takes it to end later; or 0
	replacing  bool     // a snapshot takes the place of the log, which is to be deleted
	gone       bool     // and could not be
	correcting bool     // a goroutine sees to it that Raft is told
	closed     bool     // none will any more
}

var _ raft.MonotonicLogStore = (*tailLog)(nil)

// IsMonotonic implements raft.MonotonicLogStore: a log has no gaps, so nothing of it
// stays when a snapshot takes its place.
func (l *tailLog) IsMonotonic() bool { return true }

// FirstIndex implements raft.LogStore.
func (l *tailLog) FirstIndex() (uint64, error) {
	first, err := l.LogStore.FirstIndex()
	if err != nil || !l.shows(first) {
		return 0, err
	}
	return first, nil
}

// LastIndex implements raft.LogStore.
func (l *tailLog) LastIndex() (uint64, error) {
	first, err := l.FirstIndex()
	if err != nil || first == 0 {
		return 0, err
	}
	last, err := l.LogStore.LastIndex()
	if err == nil && !l.shows(last) {
		last = l.cutAt() - 1
	}
	return last, err
}

// GetLog implements raft.LogStore. Raft does not look into snapshots for the entry before
// those that it is sent, unless its log is empty: a leader that does not know what was
// stored behind the snapshot could never go on from there.
func (l *tailLog) GetLog(index uint64, entry *raft.Log) error {
	err := raft.ErrLogNotFound
	if l.shows(index) {
		err = l.LogStore.GetLog(index, entry)
	}
	if !errors.Is(err, raft.ErrLogNotFound) {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if index == 0 || index != l.base.Index {
		return err
	}
	*entry = l.base
	return nil
}

// shows reports whether what the store has of an index is part of the log.
func (l *tailLog) shows(index uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.gone && (l.cut == 0 || index < l.cut)
}

// cutAt is where the log goes on while Raft takes it to end later, else 0.
func (l *tailLog) cutAt() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cut
}

// DeleteRange implements raft.LogStore. A log that a snapshot has replaced is gone,
// whether or not the disk has room to say so.
func (l *tailLog) DeleteRange(from, to uint64) error {
	last, err := l.LastIndex()
	if err != nil {
		return err
	}
	upTo, err := l.reach(from, to)
	if err != nil {
		return err
	}
	if upTo < last {
		return l.LogStore.DeleteRange(from, to)
	}
	failed := l.LogStore.DeleteRange(from, upTo)
	end, replaced, err := tail(l.LogStore, l.snapshots)
	if err != nil {
		return errors.Join(failed, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.replacing, l.gone = false, replaced
	if end.Index < to && (replaced || failed == nil) {
		l.cut = end.Index + 1
	}
	return failed
}

// reach is how far a deletion of the end goes: beyond what Raft knows of there may be what
// it was told could not be stored. To drop the beginning is none, though nothing be left.
func (l *tailLog) reach(from, to uint64) (uint64, error) {
	first, err := l.LogStore.FirstIndex()
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	replacing := l.replacing
	l.mu.Unlock()
	if from <= first && !replacing {
		return to, nil
	}
	stored, err := l.LogStore.LastIndex()
	return max(to, stored), err
}

// StoreLogs implements raft.LogStore.
func (l *tailLog) StoreLogs(entries []*raft.Log) error {
	if entries[0].Index == correction {
		return l.corrected(entries[len(entries)-1])
	}
	err := l.join(entries[0].Index)
	if err == nil {
		err = l.LogStore.StoreLogs(entries)
	}
	l.mu.Lock()
	if err == nil {
		l.cut, l.replacing, l.gone = 0, false, false
	}
	cut := l.cut
	l.mu.Unlock()
	if cut > 0 {
		l.correct()
	}
	return err
}

// StoreLog implements raft.LogStore.
func (l *tailLog) StoreLog(entry *raft.Log) error { return l.StoreLogs([]*raft.Log{entry}) }

// join makes sure that an entry continues the log. One that a snapshot replaced is
// deleted now if it could not be before.
func (l *tailLog) join(index uint64) error {
	last, err := l.LastIndex()
	if err != nil {
		return err
	}
	cut := l.cutAt()
	if last > 0 && index <= last+1 && (cut == 0 || index == cut) {
		return nil
	}
	_, replaced, err := tail(l.LogStore, l.snapshots)
	if err != nil {
		return err
	}
	end, err := l.end()
	if err != nil {
		return err
	}
	if begins := replaced || last == 0; !begins || index != end.Index+1 || cut > 0 && index != cut {
		return fmt.Errorf("entry %d does not continue the log, which ends at %d", index, last)
	}
	if replaced {
		return clearLog(l.LogStore)
	}
	return nil
}

// replace notes that a snapshot takes the place of the log. Raft drops the whole log next,
// and if that was no shorter it goes on to believe in its end.
func (l *tailLog) replace(last raft.Log) error {
	end, err := l.LastIndex()
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.base, l.replacing = last, true
	if l.cut > 0 || end >= last.Index {
		l.cut = last.Index + 1
	}
	cut := l.cut
	l.mu.Unlock()
	if cut > 0 {
		l.correct()
	}
	return nil
}
