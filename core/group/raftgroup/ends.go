package raftgroup

import (
	"errors"
	"fmt"

	"github.com/hashicorp/raft"
)

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

// lastOf is the last entry that a snapshot covers, as far as the snapshot knows it: all of
// it if it changed the members. One that stands for its index and term only is never
// sent to anybody, since the entry before it is not there.
func lastOf(s *raft.SnapshotMeta) raft.Log {
	last := raft.Log{Index: s.Index, Term: s.Term, Type: raft.LogNoop}
	if s.ConfigurationIndex == s.Index {
		last.Type, last.Data = raft.LogConfiguration, raft.EncodeConfiguration(s.Configuration)
	}
	return last
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
