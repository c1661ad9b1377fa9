package server

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The heap may grow by a share of what is alive before the collector runs again,
// but always by a fixed amount. Most of what is alive is stream bytes, which the
// collector does not scan: collecting often is cheap here, and headroom over a
// large hot budget would be the largest part of the process. A small heap with
// a small share, on the other hand, would be collected without end.
const (
	gcShare    = 40       // percent of the live heap
	gcHeadroom = 16 << 20 // bytes
)

// tuneCollector sets the collector's pace and adapts it after every cycle. It
// returns a function that ends the adapting.
func tuneCollector() (stop func()) {
	previous := debug.SetGCPercent(gcPercent(0))
	done := make(chan struct{})
	afterNextCycle(done)
	return func() {
		close(done)
		debug.SetGCPercent(previous)
	}
}

// afterNextCycle adapts the pace once the collector has run: it drops an object
// and has itself called when that is gone.
func afterNextCycle(done chan struct{}) {
	runtime.AddCleanup(new([16]byte), func(done chan struct{}) {
		select {
		case <-done:
		default:
			debug.SetGCPercent(gcPercent(liveHeap()))
			afterNextCycle(done)
		}
	}, done)
}

func gcPercent(live uint64) int {
	return int(max(gcShare, min(gcHeadroom*100/max(live, 1), 400)))
}

// liveHeap is how many bytes the last cycle found alive.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
