package raftgroup

import (
	"errors"
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
	command    uint64   // no entry behind it holds commands; one that was cleared counts still
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

// lastCommand is an index behind which no entry of the log holds commands.
func (l *tailLog) lastCommand() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.command
}

// cutAt is where the log goes on while Raft takes it to end later, else 0.
func (l *tailLog) cutAt() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cut
}
