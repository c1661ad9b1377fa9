package raftgroup

import (
	"slices"

	"github.com/hashicorp/raft"
)

// sender is a transport that can send entries before the leader has stored them.
type sender interface {
	SendAhead(entries []*raft.Log, commit uint64)
}

// aheadLog lets followers write an entry while the leader does. Raft stores first
// and sends then, and an append would wait for two disks in turn. Raft counts this
// node when its store returns, and a follower when it has answered, so an entry is
// committed by the same disks as ever.
//
// Should this node fail to store what it has sent, it does not lead any more: Raft
// steps down, and the entry is like any other of a leader that ended. Whoever
// proposed it hears that its outcome is unknown.
type aheadLog struct {
	raft.LogStore
	engine *Engine
	to     sender
}

var _ raft.MonotonicLogStore = aheadLog{}

// IsMonotonic implements raft.MonotonicLogStore for the log beneath.
func (l aheadLog) IsMonotonic() bool { return monotonic(l.LogStore) }

// StoreLogs implements raft.LogStore. A follower stores entries of a term in which
// it does not lead. Only commands go ahead: changes of the members are few.
func (l aheadLog) StoreLogs(entries []*raft.Log) error {
	if term := l.engine.leadership.term(); term != 0 && commands(entries, term) {
		l.to.SendAhead(entries, l.engine.raft.CommitIndex())
	}
	return l.LogStore.StoreLogs(entries)
}

// commands reports whether all entries are commands of a term.
func commands(entries []*raft.Log, term uint64) bool {
	return !slices.ContainsFunc(entries, func(e *raft.Log) bool { return e.Type != raft.LogCommand || e.Term != term })
}
