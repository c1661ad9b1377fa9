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
// with it and is no shorter. Meanwhile nothing is stored but what continues what is
// really there, and nothing that is not there is made up for anybody: this node may be
// elected by what Raft believes, but it can neither store nor send an entry behind a hole.
// Raft is told where the log ends as soon as it listens (correct.go).
type tailLog struct {
	raft.LogStore
	snapshots raft.SnapshotStore
	correct   func() // has Raft told; it does not wait

	mu         sync.Mutex
	base       raft.Log // last entry of the snapshot that the log was begun behind
	doubt      bool     // the end was deleted, and nothing was stored since
	from       uint64   // index at which the last attempt to store began
	gone       bool     // a snapshot took the place of the log, and it could not be deleted
	correcting bool     // a goroutine sees to it that Raft is told
}

var _ raft.MonotonicLogStore = (*tailLog)(nil)

// IsMonotonic implements raft.MonotonicLogStore: a log has no gaps, so nothing of it
// stays when a snapshot takes its place.
func (l *tailLog) IsMonotonic() bool { return true }

// FirstIndex implements raft.LogStore.
func (l *tailLog) FirstIndex() (uint64, error) {
	if l.isGone() {
		return 0, nil
	}
	return l.LogStore.FirstIndex()
}

// LastIndex implements raft.LogStore.
func (l *tailLog) LastIndex() (uint64, error) {
	if l.isGone() {
		return 0, nil
	}
	return l.LogStore.LastIndex()
}

// GetLog implements raft.LogStore. Raft does not look into snapshots for the entry before
// those that it is sent, unless its log is empty: a leader that does not know what was
// stored behind the snapshot could never go on from there.
func (l *tailLog) GetLog(index uint64, entry *raft.Log) error {
	err := raft.ErrLogNotFound
	if !l.isGone() {
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

func (l *tailLog) isGone() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gone
}

// DeleteRange implements raft.LogStore. A log that a snapshot has replaced is gone,
// whether or not the disk has room to say so.
func (l *tailLog) DeleteRange(from, to uint64) error {
	last, err := l.LastIndex()
	if err != nil || last == 0 {
		return err
	}
	err = l.LogStore.DeleteRange(from, to)
	replaced := false
	if err != nil {
		_, replaced, _ = tail(l.LogStore, l.snapshots)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = replaced
	l.doubt = l.doubt || replaced || err == nil && to >= last
	return err
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
	l.doubt, l.from = l.doubt && err != nil, entries[0].Index
	doubt := l.doubt
	l.mu.Unlock()
	if doubt {
		l.correct()
	}
	return err
}

// StoreLog implements raft.LogStore.
func (l *tailLog) StoreLog(entry *raft.Log) error { return l.StoreLogs([]*raft.Log{entry}) }

// join makes sure that an entry continues what is there. A log that a snapshot replaced
// is deleted now if it could not be before.
func (l *tailLog) join(index uint64) error {
	last, err := l.LastIndex()
	if err != nil || last > 0 && index <= last+1 && !l.doubtful() {
		return err
	}
	end, replaced, err := tail(l.LogStore, l.snapshots)
	if err != nil {
		return err
	}
	if index > end.Index+1 || index <= end.Index && (replaced || last == 0) {
		return fmt.Errorf("entry %d does not continue the log, which ends at %d", index, end.Index)
	}
	if replaced {
		err = clearLog(l.LogStore)
	}
	if err == nil {
		l.mu.Lock()
		l.gone = false
		l.mu.Unlock()
	}
	return err
}

func (l *tailLog) doubtful() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.doubt
}

// replace notes that a snapshot takes the place of the log. Raft drops the whole log next,
// and if that was no shorter it goes on to believe in its end.
func (l *tailLog) replace(last raft.Log) error {
	end, err := l.LastIndex()
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.base = last
	l.doubt = l.doubt || end >= last.Index
	doubt := l.doubt
	l.mu.Unlock()
	if doubt {
		l.correct()
	}
	return nil
}

// lastOf is the last entry that a snapshot covers, as far as the snapshot knows it: all of
// it if it changed the members. One that stands alone for its index and term is never
// sent to anybody, since the entry before it is not there.
func lastOf(s *raft.SnapshotMeta) raft.Log {
	last := raft.Log{Index: s.Index, Term: s.Term, Type: raft.LogNoop}
	if s.ConfigurationIndex == s.Index {
		last.Type, last.Data = raft.LogConfiguration, raft.EncodeConfiguration(s.Configuration)
	}
	return last
}

// tail is the last entry that a node has, its index and term at least, in its log or in
// its newest snapshot. The snapshot has replaced a log that does not go through it.
func tail(logs raft.LogStore, snapshots raft.SnapshotStore) (end raft.Log, replaced bool, err error) {
	last, err := logs.LastIndex()
	if err != nil {
		return end, false, fmt.Errorf("read log: %w", err)
	}
	newest, err := snapshots.List()
	if err != nil {
		return end, false, fmt.Errorf("read snapshots: %w", err)
	}
	if len(newest) > 0 {
		end = raft.Log{Index: newest[0].Index, Term: newest[0].Term}
		if replaced, err = leaves(logs, end); err != nil || replaced {
			return end, replaced, err
		}
	}
	if last > end.Index {
		err = logs.GetLog(last, &end)
	}
	return end, false, err
}

// leaves reports whether a log does not go through an entry that is committed: it ends
// before, or has another one there. One that is empty or begins later does not.
func leaves(logs raft.LogStore, committed raft.Log) (bool, error) {
	var entry raft.Log
	err := logs.GetLog(committed.Index, &entry)
	if !errors.Is(err, raft.ErrLogNotFound) {
		return err == nil && entry.Term != committed.Term, err
	}
	// Only now: the entry may have been there until it was dropped a moment ago.
	first, err := logs.FirstIndex()
	return first != 0 && first <= committed.Index, err
}

func clearLog(logs raft.LogStore) error {
	first, err := logs.FirstIndex()
	if err != nil {
		return err
	}
	last, err := logs.LastIndex()
	if err != nil {
		return err
	}
	return logs.DeleteRange(first, last)
}
