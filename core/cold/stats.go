package cold

import "sync/atomic"

// ReadStats counts what a Reader did since it was made.
type ReadStats struct {
	Reads      int64 // spans read
	Bytes      int64 // payload bytes of those
	IndexReads int64 // indexes loaded from the bucket
	Failures   int64 // reads of either kind that failed
}

// FlushStats counts what a Flusher did since it was made.
type FlushStats struct {
	Objects        int64 // segments put and committed
	ObjectBytes    int64 // their sizes
	StreamBytes    int64 // stream bytes in them
	ShedBytes      int64 // memory freed
	PutFailures    int64 // segments that the bucket did not take
	CommitFailures int64 // flushes and sweeps with an unknown or bad outcome
	SweepFailures  int64 // deletions and listings that the bucket refused
	Deleted        int64 // objects deleted as garbage
	Orphans        int64 // objects deleted that no state knew
}

// Stats returns the counts so far.
func (r *Reader) Stats() ReadStats {
	return ReadStats{
		Reads:      r.count.reads.Load(),
		Bytes:      r.count.bytes.Load(),
		IndexReads: r.count.indexes.Load(),
		Failures:   r.count.failures.Load(),
	}
}

// Stats returns the counts so far.
func (f *Flusher) Stats() FlushStats {
	return FlushStats{
		Objects:        f.count.objects.Load(),
		ObjectBytes:    f.count.objectBytes.Load(),
		StreamBytes:    f.count.streamBytes.Load(),
		ShedBytes:      f.count.shed.Load(),
		PutFailures:    f.count.putFailures.Load(),
		CommitFailures: f.count.commitFailures.Load(),
		SweepFailures:  f.count.sweepFailures.Load(),
		Deleted:        f.count.deleted.Load(),
		Orphans:        f.count.orphans.Load(),
	}
}

type readCounters struct{ reads, bytes, indexes, failures atomic.Int64 }

func (c *readCounters) read(length int, err error) {
	if err != nil {
		c.failures.Add(1)
		return
	}
	c.reads.Add(1)
	c.bytes.Add(int64(length))
}

func (c *readCounters) index(err error) {
	if err != nil {
		c.failures.Add(1)
		return
	}
	c.indexes.Add(1)
}

type flushCounters struct {
	objects, objectBytes, streamBytes, shed    atomic.Int64
	putFailures, commitFailures, sweepFailures atomic.Int64
	deleted, orphans                           atomic.Int64
}
