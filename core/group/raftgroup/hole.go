package raftgroup

import (
	"errors"
	"sync"

	"github.com/hashicorp/raft"
)

// holedLog answers for entries that Raft believes to have and that are gone. A
// follower that clears a conflicting suffix and then finds no space for what takes
// its place goes on believing in the suffix; asked whether an entry is a repetition,
// it would look for its own, find none and refuse the leader for ever. An entry of
// no term is told instead: it conflicts with any, and Raft stores what it was sent.
type holedLog struct {
	raft.LogStore

	mu       sync.Mutex
	from, to uint64 // of the suffix that was cleared, until something is stored; 0 for none
}

var _ raft.MonotonicLogStore = (*holedLog)(nil)

// IsMonotonic implements raft.MonotonicLogStore for the log beneath.
func (l *holedLog) IsMonotonic() bool { return monotonic(l.LogStore) }

// DeleteRange implements raft.LogStore.
func (l *holedLog) DeleteRange(from, to uint64) error {
	last, err := l.LastIndex()
	if err != nil {
		return err
	}
	first, err := l.FirstIndex()
	if err != nil {
		return err
	}
	if err := l.LogStore.DeleteRange(from, to); err != nil {
		return err
	}
	if from > first && to >= last {
		l.set(from, to)
	}
	return nil
}

// StoreLogs implements raft.LogStore.
func (l *holedLog) StoreLogs(entries []*raft.Log) error {
	err := l.LogStore.StoreLogs(entries)
	if err == nil {
		l.set(0, 0)
	}
	return err
}

// GetLog implements raft.LogStore.
func (l *holedLog) GetLog(index uint64, log *raft.Log) error {
	err := l.LogStore.GetLog(index, log)
	if errors.Is(err, raft.ErrLogNotFound) && l.missing(index) {
		*log = raft.Log{Index: index}
		return nil
	}
	return err
}

func (l *holedLog) set(from, to uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.from, l.to = from, to
}

func (l *holedLog) missing(index uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.from != 0 && l.from <= index && index <= l.to
}
