package journal_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"ursula/core/journal"
	"ursula/core/vfs"
)

const benchPayload = 300

// BenchmarkAppend has a number of goroutines append one record of 300 bytes at
// a time to one shard, on a real disk. Compare with BenchmarkDatasync.
func BenchmarkAppend(b *testing.B) {
	for _, appenders := range []int{1, 16, 64} {
		b.Run(fmt.Sprint("appenders=", appenders), func(b *testing.B) { benchAppend(b, appenders) })
	}
}

func benchAppend(b *testing.B, appenders int) {
	j, err := journal.Open(journal.Options{FS: vfs.OS{}, Dir: filepath.Join(b.TempDir(), "j"), Shards: 1}, ignore)
	must(b, err)
	defer j.Close()
	record := []journal.Record{{Group: 1, Kind: 1, Payload: make([]byte, benchPayload)}}
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for n := range appenders {
		wg.Go(func() {
			for range share(b.N, appenders, n) {
				if _, err := j.Writer(0).Append(record); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(j.Stats().Records)/float64(j.Stats().Frames), "records/sync")
}

// share splits n as evenly as it goes.
func share(n, among, which int) int { return (n + among - 1 - which) / among }

// BenchmarkDatasync is what one write and one sync cost without a journal, on a
// file of zeros.
func BenchmarkDatasync(b *testing.B) {
	f, err := vfs.OS{}.Create(filepath.Join(b.TempDir(), "f"))
	must(b, err)
	defer f.Close()
	const size = 32 << 20
	_, err = f.WriteAt(make([]byte, size), 0)
	must(b, err)
	must(b, f.Sync())
	p := make([]byte, benchPayload+48)
	b.ResetTimer()
	for n := range b.N {
		if _, err := f.WriteAt(p, int64(n*len(p)%(size-len(p)))); err != nil {
			b.Fatal(err)
		}
		must(b, f.Sync())
	}
}

// BenchmarkRecovery opens a journal of 256 MiB in records of 300 bytes.
func BenchmarkRecovery(b *testing.B) {
	const total = 256 << 20
	o := journal.Options{FS: vfs.OS{}, Dir: filepath.Join(b.TempDir(), "j"), Shards: 1}
	fillBench(b, o, total)
	b.SetBytes(total)
	b.ResetTimer()
	for range b.N {
		records := 0
		j, err := journal.Open(o, func(journal.Record, journal.Position) ([]journal.Position, error) {
			records++
			return nil, nil
		})
		must(b, err)
		must(b, j.Close())
		b.ReportMetric(float64(records), "records")
	}
}

func fillBench(b *testing.B, o journal.Options, total int) {
	j, err := journal.Open(o, ignore)
	must(b, err)
	batch := make([]journal.Record, 1000)
	for n := range batch {
		batch[n] = journal.Record{Group: uint32(n % 64), Kind: 1, Payload: make([]byte, benchPayload)}
	}
	perBatch := len(batch) * int(journal.RecordSize(benchPayload))
	for written := 0; written < total; written += perBatch {
		_, err := j.Writer(0).Append(batch)
		must(b, err)
	}
	must(b, j.Close())
}
