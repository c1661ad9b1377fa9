package raftgroup

import (
	"encoding/binary"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/hashicorp/raft"

	"ursula/core/group"
	"ursula/core/stream"
)

// machine is Raft's view of the replica: it only delegates. Raft calls it from
// one goroutine.
type machine struct {
	engine *Engine
	// arrived is the snapshot that was received and is to be restored next, nil for none.
	arrived atomic.Pointer[reception]
	// broken is why the state no longer follows the log. It ends everything:
	// later entries would be applied to the wrong state, and a snapshot of it
	// would replace the log that could still make it right.
	broken error
}

var (
	_ raft.FSM                = (*machine)(nil)
	_ raft.ConfigurationStore = (*machine)(nil)
)

// Apply implements raft.FSM. It answers with []stream.Result, or an error.
func (m *machine) Apply(log *raft.Log) any {
	if log.Type != raft.LogCommand {
		return nil
	}
	if m.broken != nil {
		return m.broken
	}
	e := m.engine
	stages := e.batcher.Following(log.Data)
	stages.Index(log.Index)
	stages.Reach(group.Committed)
	var results []stream.Result
	var err error
	e.instant.change(log.Index, func() {
		results, err = e.replica.FollowEntry(log.Term, log.Data, stages)
		e.progress.set(log.Index)
	}, e.freeze)
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
	return m.engine.freeze(), nil
}

// StoreConfiguration implements raft.ConfigurationStore: a change of members is
// committed.
func (m *machine) StoreConfiguration(_ uint64, c raft.Configuration) {
	m.engine.alone.Store(onlyServer(c, m.engine.options.NodeID))
	m.engine.Doubt() // or Partners would go on to name who has left
}

func onlyServer(c raft.Configuration, id string) bool {
	return len(c.Servers) == 1 && c.Servers[0].ID == raft.ServerID(id)
}

// Restore implements raft.FSM. Raft hides the cause of a failure at the start;
// broken keeps it for Open.
func (m *machine) Restore(content io.ReadCloser) error {
	applied, restored, err := m.received(content)
	if err != nil {
		m.broken = fmt.Errorf("restore snapshot: %w", err)
		return m.broken
	}
	e := m.engine
	e.instant.change(applied, func() {
		e.replica.Restore(restored)
		e.progress.set(applied)
	}, e.freeze)
	m.broken = nil
	return content.Close()
}

// frozen is a snapshot on its way to the store: the index of the last command in
// it, 8 bytes little-endian, and the state.
type frozen struct {
	applied uint64
	state   *stream.Snapshot
}

// Persist implements raft.FSMSnapshot. Raft itself closes or cancels the sink.
func (f frozen) Persist(sink raft.SnapshotSink) error {
	if s, ok := sink.(*incoming); ok {
		s.own = true
	}
	if err := binary.Write(sink, binary.LittleEndian, f.applied); err != nil {
		return err
	}
	_, err := f.state.WriteTo(sink)
	return err
}

// received returns what content holds, which was read already if it has just arrived.
func (m *machine) received(content io.Reader) (applied uint64, state *stream.Machine, err error) {
	if r := m.arrived.Swap(nil); r != nil {
		return r.applied, r.state, nil
	}
	return thaw(content)
}

// thaw reads what Persist wrote.
func thaw(content io.Reader) (applied uint64, state *stream.Machine, err error) {
	if err = binary.Read(content, binary.LittleEndian, &applied); err != nil {
		return 0, nil, err
	}
	state, err = stream.ReadSnapshot(content)
	return applied, state, err
}

// Release implements raft.FSMSnapshot.
func (f frozen) Release() {}
