package raftgroup

import (
	"github.com/hashicorp/raft"

	"ursula/core/group"
)

// logs is the log store as Raft has it, begun behind an entry.
func (e *Engine) logs(base raft.Log) raft.LogStore {
	e.tail = &tailLog{
		LogStore: e.options.Logs, snapshots: e.options.Snapshots, correct: e.correct, base: base, correcting: true,
	}
	var logs raft.LogStore = e.tail
	if to, ok := e.options.Transport.(sender); ok {
		logs = aheadLog{logs, e, to}
	}
	if e.options.Tracer != nil {
		logs = followedLog{logs, e.batcher}
	}
	return logs
}

// followedLog notes when an entry that is followed is stored. Raft stores what
// it has at that moment with one call.
type followedLog struct {
	raft.LogStore
	batcher *group.Batcher
}

var _ raft.MonotonicLogStore = followedLog{}

// IsMonotonic implements raft.MonotonicLogStore for the log beneath.
func (l followedLog) IsMonotonic() bool { return monotonic(l.LogStore) }

func monotonic(l raft.LogStore) bool {
	m, ok := l.(raft.MonotonicLogStore)
	return ok && m.IsMonotonic()
}

// StoreLogs implements raft.LogStore.
func (l followedLog) StoreLogs(entries []*raft.Log) error {
	s := l.followed(entries)
	s.Reach(group.Storing)
	err := l.LogStore.StoreLogs(entries)
	s.Reach(group.Stored)
	return err
}

func (l followedLog) followed(entries []*raft.Log) *group.Stages {
	for _, e := range entries {
		if s := l.batcher.Following(e.Data); s != nil {
			return s
		}
	}
	return nil
}
