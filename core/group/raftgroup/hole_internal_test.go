package raftgroup

import (
	"errors"
	"testing"

	"github.com/hashicorp/raft"
)

// fullLog has no room for a while.
type fullLog struct {
	raft.LogStore
	full bool
}

func (l *fullLog) StoreLogs(entries []*raft.Log) error {
	if l.full {
		return errors.New("no space")
	}
	return l.LogStore.StoreLogs(entries)
}

// What was cleared and could not be replaced conflicts with whatever comes, until
// it is replaced.
func TestAClearedSuffixConflicts(t *testing.T) {
	disk := &fullLog{LogStore: raft.NewInmemStore()}
	l := &holedLog{LogStore: disk}
	var old, next []*raft.Log
	for i := uint64(1); i <= 9; i++ {
		old, next = append(old, &raft.Log{Index: i, Term: 1}), append(next, &raft.Log{Index: i, Term: 2})
	}
	if err := l.StoreLogs(old); err != nil {
		t.Fatal(err)
	}
	if err := l.DeleteRange(6, 9); err != nil {
		t.Fatal(err)
	}
	disk.full = true
	if l.StoreLogs(next[5:7]) == nil {
		t.Fatal("stored")
	}
	var got raft.Log
	if err := l.GetLog(6, &got); err != nil || got.Index != 6 || got.Term != 0 {
		t.Errorf("entry 6: %+v, %v", got, err)
	}
	if err := l.GetLog(10, &got); !errors.Is(err, raft.ErrLogNotFound) {
		t.Errorf("entry 10, which never was: %v", err)
	}
	disk.full = false
	if err := l.StoreLogs(next[5:7]); err != nil {
		t.Fatal(err)
	}
	if err := l.GetLog(6, &got); err != nil || got.Term != 2 {
		t.Errorf("entry 6: %+v, %v", got, err)
	}
	if err := l.GetLog(8, &got); !errors.Is(err, raft.ErrLogNotFound) {
		t.Errorf("entry 8 after the replacement: %v", err)
	}
}
