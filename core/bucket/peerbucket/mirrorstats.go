package peerbucket

import "sync/atomic"

// MirrorStats say how far the local bucket is in line with the state.
type MirrorStats struct {
	Unseen  int64 // groups that were not looked at since the mirror was made
	Due     int64 // groups that have changed since they were looked at last
	Missing int64 // objects that the state named at the last look and that are not here
	Lost    int64 // those of them of which every peer said that it has no good copy either

	Fetched      uint64 // objects, since the mirror was made
	FetchedBytes uint64
	Failures     uint64 // fetches that failed
	Removed      uint64 // objects that the state had forgotten
}

// Whole says that this node has every object that its state named when it was looked
// at last, but for what no peer has: waiting would not bring that. With nothing Due
// that is all that its state names now. DESIGN.md says who must wait for it when the
// membership changes.
func (s MirrorStats) Whole() bool { return s.Unseen == 0 && s.Missing == s.Lost }

// Stats returns the counts. It may be called concurrently with everything.
func (m *Mirror) Stats() MirrorStats {
	c := &m.count
	return MirrorStats{
		Unseen: c.unseen.Load(), Due: c.due.Load(), Missing: c.missing.Load(), Lost: c.lost.Load(),
		Fetched: c.fetched.Load(), FetchedBytes: c.fetchedBytes.Load(),
		Failures: c.failures.Load(), Removed: c.removed.Load(),
	}
}

type mirrorCounters struct {
	unseen, due           atomic.Int64
	missing, lost         atomic.Int64
	fetched, fetchedBytes atomic.Uint64
	failures, removed     atomic.Uint64
}

func (c *mirrorCounters) fetch(bytes int64) {
	if bytes > 0 {
		c.fetched.Add(1)
		c.fetchedBytes.Add(uint64(bytes))
	}
}
