package raftgroup

import (
	"errors"
	"fmt"
	"io"

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
		SnapshotSink: sink, last: last, witness: w, held: func() bool { return w.holds(index, term, before) },
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
	last     raft.Log // that it covers
	witness  *witness
	held     func() bool // nil when it was asked, or need not be
	own      bool
	received *reception // nil until the first byte from the leader
}

// Write implements raft.SnapshotSink.
func (s *incoming) Write(b []byte) (int, error) {
	if s.own {
		return s.SnapshotSink.Write(b)
	}
	if s.received == nil {
		if s.held() {
			return 0, heldError{s.last.Index}
		}
		s.received = receive()
	}
	if _, err := s.received.Write(b); err != nil {
		return 0, fmt.Errorf("read snapshot: %w", err)
	}
	return s.SnapshotSink.Write(b)
}

// Close implements raft.SnapshotSink.
func (s *incoming) Close() error {
	if s.own {
		return s.SnapshotSink.Close()
	}
	if s.received == nil {
		s.received = receive()
	}
	if err := s.received.end(io.EOF); err != nil {
		return errors.Join(fmt.Errorf("read snapshot: %w", err), s.SnapshotSink.Cancel())
	}
	if err := s.SnapshotSink.Close(); err != nil {
		return err
	}
	s.witness.arrived.Store(s.received)
	return s.witness.tail.replace(s.last)
}

// Cancel implements raft.SnapshotSink.
func (s *incoming) Cancel() error {
	if s.received != nil {
		_ = s.received.end(io.ErrUnexpectedEOF)
	}
	return s.SnapshotSink.Cancel()
}
