package raftgroup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/hashicorp/raft"

	"ursula/core/snapshot"
)

// Snapshots keeps Raft's snapshots in a snapshot.Store. Raft's own description
// of each travels as the store's opaque one, as JSON.
type Snapshots struct{ store *snapshot.Store }

var _ raft.SnapshotStore = (*Snapshots)(nil)

// NewSnapshots returns the adapter over store.
func NewSnapshots(store *snapshot.Store) *Snapshots { return &Snapshots{store} }

// Create implements raft.SnapshotStore.
func (s *Snapshots) Create(version raft.SnapshotVersion, index, term uint64,
	configuration raft.Configuration, configurationIndex uint64, _ raft.Transport,
) (raft.SnapshotSink, error) {
	meta, err := json.Marshal(raft.SnapshotMeta{
		Version: version, Index: index, Term: term,
		Configuration: configuration, ConfigurationIndex: configurationIndex,
	})
	if err != nil {
		return nil, fmt.Errorf("describe snapshot: %w", err)
	}
	w, err := s.store.Create(index, meta)
	if err != nil {
		return nil, err
	}
	return sink{w}, nil
}

// List implements raft.SnapshotStore. It shows the newest snapshot only: when
// that one is damaged Raft would go back to the one before it, whose log is gone.
func (s *Snapshots) List() ([]*raft.SnapshotMeta, error) {
	ids, err := s.store.List()
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	meta, content, err := s.Open(ids[0])
	if err != nil {
		return nil, err
	}
	return []*raft.SnapshotMeta{meta}, content.Close()
}

// Open implements raft.SnapshotStore.
func (s *Snapshots) Open(id string) (*raft.SnapshotMeta, io.ReadCloser, error) {
	encoded, size, content, err := s.store.Open(id)
	if err != nil {
		return nil, nil, err
	}
	meta := &raft.SnapshotMeta{}
	if err := json.Unmarshal(encoded, meta); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("snapshot %s: description: %w", id, err), content.Close())
	}
	meta.ID, meta.Size = id, size
	return meta, content, nil
}

// sink is a snapshot that Raft writes.
type sink struct{ *snapshot.Writer }

// Close implements raft.SnapshotSink.
func (s sink) Close() error { return s.Commit() }

// Cancel implements raft.SnapshotSink.
func (s sink) Cancel() error { return s.Abort() }
