package raftgroup

import (
	"fmt"

	"github.com/hashicorp/raft"
)

// heldError refuses a snapshot from the leader that this log holds already: it was
// overtaken by entries on its way, or its answer was lost. Raft would go back to it
// and, as the log is monotonic, forget the entries behind it, which were acknowledged.
// Transports tell the leader that it is installed: the log matches up to there.
type heldError struct{ index uint64 }

func (e heldError) Error() string {
	return fmt.Sprintf("the snapshot up to index %d is held already", e.index)
}

// Held tells transports that the snapshot need not be installed.
func (heldError) Held() bool { return true }

// Create implements raft.SnapshotStore.
func (w *witness) Create(version raft.SnapshotVersion, index, term uint64, configuration raft.Configuration,
	configurationIndex uint64, t raft.Transport,
) (raft.SnapshotSink, error) {
	before, err := w.List()
	if err != nil {
		return nil, err
	}
	sink, err := w.SnapshotStore.Create(version, index, term, configuration, configurationIndex, t)
	if err != nil {
		return nil, err
	}
	last := lastOf(&raft.SnapshotMeta{
		Index: index, Term: term, Configuration: configuration, ConfigurationIndex: configurationIndex,
	})
	return &incoming{
		SnapshotSink: sink, last: last, tail: w.tail, held: func() bool { return w.holds(index, term, before) },
	}, nil
}

// holds says whether everything up to an entry is here, in the log or in the newest
// snapshot. Raft asks from its main loop, so nothing is appended meanwhile.
func (w *witness) holds(index, term uint64, newest []*raft.SnapshotMeta) bool {
	var entry raft.Log
	if w.tail.GetLog(index, &entry) == nil {
		return entry.Term == term
	}
	return len(newest) > 0 && newest[0].Index >= index
}

// incoming is a snapshot on its way to the store. One that this node takes itself is
// marked as its own before it is written.
type incoming struct {
	raft.SnapshotSink
	last raft.Log // that it covers
	tail *tailLog
	held func() bool // nil when it was asked, or need not be
	own  bool
}

// Write implements raft.SnapshotSink.
func (s *incoming) Write(b []byte) (int, error) {
	if s.held != nil && s.held() {
		return 0, heldError{s.last.Index}
	}
	s.held = nil
	return s.SnapshotSink.Write(b)
}

// Close implements raft.SnapshotSink.
func (s *incoming) Close() error {
	if err := s.SnapshotSink.Close(); err != nil || s.own {
		return err
	}
	return s.tail.replace(s.last)
}
