package raftgroup

import (
	"sync/atomic"

	"github.com/hashicorp/raft"
)

// memoryLogBytes is how large a log in memory may always grow.
const memoryLogBytes = 1 << 20

// memoryLog is Raft's log and stable store in memory. It asks for a snapshot
// when it holds more than the last one and than memoryLogBytes: so it takes no
// more memory than the state itself, and making snapshots costs no more than
// appending did.
type memoryLog struct {
	*raft.InmemStore
	snapshots *raft.InmemSnapshotStore
	bytes     atomic.Int64
	limit     atomic.Int64
	full      chan struct{} // holds a value when a snapshot is due
}

func newMemoryLog(snapshots *raft.InmemSnapshotStore) *memoryLog {
	l := &memoryLog{InmemStore: raft.NewInmemStore(), snapshots: snapshots, full: make(chan struct{}, 1)}
	l.limit.Store(memoryLogBytes)
	return l
}

// StoreLog implements raft.LogStore.
func (l *memoryLog) StoreLog(e *raft.Log) error { return l.StoreLogs([]*raft.Log{e}) }

// StoreLogs implements raft.LogStore.
func (l *memoryLog) StoreLogs(entries []*raft.Log) error {
	held := l.bytes.Load()
	for _, e := range entries {
		held = l.bytes.Add(int64(len(e.Data)))
	}
	if held > l.limit.Load() {
		select {
		case l.full <- struct{}{}:
		default:
		}
	}
	return l.InmemStore.StoreLogs(entries)
}

// DeleteRange implements raft.LogStore. What Raft deletes it has a snapshot of,
// or else it deletes a conflicting end.
func (l *memoryLog) DeleteRange(from, to uint64) error {
	for i := from; i <= to; i++ {
		var e raft.Log
		if l.GetLog(i, &e) == nil {
			l.bytes.Add(-int64(len(e.Data)))
		}
	}
	if last, err := l.snapshots.List(); err == nil && len(last) > 0 {
		l.limit.Store(max(memoryLogBytes, last[0].Size))
	}
	return l.InmemStore.DeleteRange(from, to)
}
