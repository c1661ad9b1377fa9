package raftgroup

import (
	"fmt"
	"io"

	"github.com/hashicorp/raft"

	"ursula/core/stream"
)

// machine is Raft's view of the replica: it only delegates. Raft calls it from
// one goroutine.
type machine struct {
	engine *Engine
	// broken is why the state no longer follows the log. It ends everything:
	// later entries would be applied to the wrong state, and a snapshot of it
	// would replace the log that could still make it right.
	broken error
}

var _ raft.FSM = (*machine)(nil)

// Apply implements raft.FSM. It answers with []stream.Result, or an error.
func (m *machine) Apply(log *raft.Log) any {
	if log.Type != raft.LogCommand {
		return nil
	}
	if m.broken != nil {
		return m.broken
	}
	results, err := m.engine.replica.ApplyEntry(log.Data)
	if err != nil {
		m.broken = fmt.Errorf("group %d, index %d: %w", m.engine.options.Group, log.Index, err)
		m.engine.options.OnFatal(m.broken)
		return m.broken
	}
	return results
}

// Snapshot implements raft.FSM.
func (m *machine) Snapshot() (raft.FSMSnapshot, error) {
	if m.broken != nil {
		return nil, m.broken
	}
	return frozen{m.engine.replica.Freeze()}, nil
}

// Restore implements raft.FSM. Raft hides the cause of a failure at the start;
// broken keeps it for Open.
func (m *machine) Restore(content io.ReadCloser) error {
	restored, err := stream.ReadSnapshot(content)
	if err != nil {
		m.broken = fmt.Errorf("restore snapshot: %w", err)
		return m.broken
	}
	m.engine.replica.Restore(restored)
	m.broken = nil
	return content.Close()
}

// frozen is a snapshot on its way to the store.
type frozen struct{ state *stream.Snapshot }

// Persist implements raft.FSMSnapshot. Raft itself closes or cancels the sink.
func (f frozen) Persist(sink raft.SnapshotSink) error {
	_, err := f.state.WriteTo(sink)
	return err
}

// Release implements raft.FSMSnapshot.
func (f frozen) Release() {}
