package bench

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Latencies are recorded in microseconds, from one to a minute, to three digits.
const (
	lowestLatency  = 1
	highestLatency = int64(time.Minute / time.Microsecond)
	latencyDigits  = 3
	recorderShards = 8 // enough that workers rarely meet at a lock
)

// recorder counts operations, their latencies and their errors while its window is
// open. All methods may be called concurrently.
type recorder struct {
	open   atomic.Bool
	shards [recorderShards]shard
}

type shard struct {
	mu     sync.Mutex
	hist   *hdrhistogram.Histogram
	errors map[string]int64
}

func newRecorder() *recorder {
	r := &recorder{}
	for i := range r.shards {
		r.shards[i].hist = hdrhistogram.New(lowestLatency, highestLatency, latencyDigits)
		r.shards[i].errors = make(map[string]int64)
	}
	return r
}

// done records an operation of a worker that succeeded.
func (r *recorder) done(worker int, took time.Duration) {
	if !r.open.Load() {
		return
	}
	s := &r.shards[worker%recorderShards]
	s.mu.Lock()
	_ = s.hist.RecordValue(min(max(took.Microseconds(), lowestLatency), highestLatency))
	s.mu.Unlock()
}

// fail records an error. Errors count at any time, also during warm-up: a run that had
// one is not a good run.
func (r *recorder) fail(worker int, kind string) {
	s := &r.shards[worker%recorderShards]
	s.mu.Lock()
	s.errors[kind]++
	s.mu.Unlock()
}

// count returns the operations recorded so far.
func (r *recorder) count() (done, failed int64) {
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		done += s.hist.TotalCount()
		for _, n := range s.errors {
			failed += n
		}
		s.mu.Unlock()
	}
	return done, failed
}

// totals merges what was recorded. Nothing may be recorded afterwards.
func (r *recorder) totals() (*hdrhistogram.Histogram, map[string]int64) {
	all := hdrhistogram.New(lowestLatency, highestLatency, latencyDigits)
	errors := make(map[string]int64)
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		all.Merge(s.hist)
		for kind, n := range s.errors {
			errors[kind] += n
		}
		s.mu.Unlock()
	}
	return all, errors
}
