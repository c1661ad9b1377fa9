package raftgroup

import (
	"github.com/hashicorp/raft"

	"ursula/core/group"
)

// logs is the log store as Raft has it: as it is, unless entries are followed.
func (e *Engine) logs() raft.LogStore {
	if e.options.Tracer == nil {
		return e.options.Logs
	}
	return followedLog{e.options.Logs, e.batcher}
}

// followedLog notes when an entry that is followed is stored. Raft stores what
// it has at that moment with one call.
type followedLog struct {
	raft.LogStore
	batcher *group.Batcher
}

var _ raft.MonotonicLogStore = followedLog{}

// IsMonotonic implements raft.MonotonicLogStore for the log beneath.
func (l followedLog) IsMonotonic() bool {
	m, ok := l.LogStore.(raft.MonotonicLogStore)
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
