package transport

import "sync/atomic"

// CallStatus is what has become of the calls to a peer since it is one.
type CallStatus struct {
	Ended   uint64
	Failed  uint64 // of these: there was no answer, or the answer was an error
	Pending int64  // under way now
}

type callCounts struct {
	ended, failed atomic.Uint64
	pending       atomic.Int64
}

func (c *callCounts) begin() { c.pending.Add(1) }

func (c *callCounts) end(err error) {
	c.pending.Add(-1)
	c.ended.Add(1)
	if err != nil {
		c.failed.Add(1)
	}
}

func (c *callCounts) status() CallStatus {
	return CallStatus{Ended: c.ended.Load(), Failed: c.failed.Load(), Pending: c.pending.Load()}
}

// SnapshotStats count the snapshots that went from node to node as a whole.
type SnapshotStats struct{ Sent, Received uint64 }

type snapshotCounts struct{ sent, received atomic.Uint64 }

// Snapshots returns the counts since the start.
func (t *Transport) Snapshots() SnapshotStats {
	return SnapshotStats{Sent: t.snapshots.sent.Load(), Received: t.snapshots.received.Load()}
}
