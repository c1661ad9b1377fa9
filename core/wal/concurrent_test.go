package wal_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/hashicorp/raft"

	"ursula/core/vfs/faultfs"
	"ursula/core/wal"
)

// TestEverybodyAtOnce has raft's own goroutines and the mover work on the same
// logs: a writer that compacts now and then, a reader, and MoveForward.
func TestEverybodyAtOnce(t *testing.T) {
	const groups, last = 4, 200
	fsys := faultfs.New()
	o := options(fsys, 2)
	o.CacheBytes = -1 // every read meets the journal
	s, err := wal.Open(o)
	must(t, err)
	var writers, others sync.WaitGroup
	done := make(chan struct{})
	for g := range uint32(groups) {
		writers.Go(func() { storeAndCompact(t, s.Log(g), last) })
		others.Go(func() { readUntil(t, s.Log(g), done) })
	}
	others.Go(func() { moveUntil(t, s, done) })
	writers.Wait()
	close(done)
	others.Wait()
	must(t, s.Close())
	s = open(t, fsys, 3)
	defer s.Close()
	for g := range uint32(groups) {
		expectLog(t, s.Log(g), last-9, last, "x")
	}
}

func storeAndCompact(t *testing.T, l *wal.Log, last uint64) {
	for i := uint64(1); i <= last; i += 2 {
		if err := l.StoreLogs(entries(i, i+1, "x")); err != nil {
			t.Error(err)
		}
		if first, _ := l.FirstIndex(); i+1 >= first+20 || i+1 == last {
			if err := l.DeleteRange(first, i+1-10); err != nil {
				t.Error(err)
			}
		}
	}
}

func readUntil(t *testing.T, l *wal.Log, done chan struct{}) {
	for !closed(done) {
		first, _ := l.FirstIndex()
		var e raft.Log
		err := l.GetLog(first, &e)
		if errors.Is(err, raft.ErrLogNotFound) {
			continue // compacted since, or nothing there yet
		}
		if want := fmt.Sprintf("x %d", first); err != nil || string(e.Data) != want {
			t.Errorf("entry %d: %q, %v", first, e.Data, err)
			return
		}
	}
}

func moveUntil(t *testing.T, s *wal.Set, done chan struct{}) {
	for !closed(done) {
		all := s.Segments()
		if _, err := s.MoveForward(all[len(all)/2].Number); err != nil {
			t.Error(err)
			return
		}
	}
}

func closed(done chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}
