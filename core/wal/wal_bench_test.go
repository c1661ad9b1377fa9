package wal_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/hashicorp/raft"

	"ursula/core/journal"
	"ursula/core/vfs"
	"ursula/core/wal"
)

func benchSet(b *testing.B, shards int) wal.Options {
	return wal.Options{Journal: journal.Options{FS: vfs.OS{}, Dir: filepath.Join(b.TempDir(), "j"), Shards: shards}}
}

// BenchmarkStoreLogs has each of a number of groups store one entry of 300
// bytes at a time, on two shards and a real disk, and compact now and then.
func BenchmarkStoreLogs(b *testing.B) {
	for _, groups := range []int{1, 64} {
		b.Run(fmt.Sprint("groups=", groups), func(b *testing.B) {
			s, err := wal.Open(benchSet(b, 2))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for g := range groups {
				wg.Go(func() { storeMany(b, s.Log(uint32(g)), b.N/groups) })
			}
			wg.Wait()
		})
	}
}

func storeMany(b *testing.B, l *wal.Log, entries int) {
	data := make([]byte, 300)
	for n := range uint64(entries) {
		if err := l.StoreLog(&raft.Log{Index: n + 1, Term: 1, Data: data}); err != nil {
			b.Error(err)
		}
		if n%5000 == 4999 {
			if err := l.DeleteRange(1, n-100); err != nil {
				b.Error(err)
			}
		}
	}
}

// BenchmarkOpen rebuilds 64 logs from 256 MiB of entries of 300 bytes.
func BenchmarkOpen(b *testing.B) {
	const total, groups = 256 << 20, 64
	o := benchSet(b, 2)
	fillSet(b, o, total, groups)
	b.SetBytes(total)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		s, err := wal.Open(o)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func fillSet(b *testing.B, o wal.Options, total, groups int) {
	s, err := wal.Open(o)
	if err != nil {
		b.Fatal(err)
	}
	batch := make([]*raft.Log, 1000)
	size := len(batch) * int(journal.RecordSize(332))
	for written, next := 0, uint64(1); written < total; next += uint64(len(batch)) {
		for g := range groups {
			for n := range batch {
				batch[n] = &raft.Log{Index: next + uint64(n), Term: 1, Data: make([]byte, 300)}
			}
			if err := s.Log(uint32(g)).StoreLogs(batch); err != nil {
				b.Fatal(err)
			}
			written += size
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}
