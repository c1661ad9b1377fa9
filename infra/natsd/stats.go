package natsd

import "sync/atomic"

// Stats count events since the start, and tell of the present.
type Stats struct {
	Published  uint64 // sent to nodes with interest
	Received   uint64 // delivered
	Dropped    uint64 // to be published, but there was no room or no connection
	NoInterest uint64 // not published: no other node watches the stream
	Refused    uint64 // came damaged or in an unknown version
	Missed     uint64 // times that events came faster than Deliver took them or a tunnel ended

	Routes int // servers of other nodes that this one is joined to
}

type counts struct {
	published, received, dropped, noInterest, refused atomic.Uint64
}

// Stats may be called at any time.
func (n *Node) Stats() Stats {
	return Stats{
		Published:  n.counts.published.Load(),
		Received:   n.counts.received.Load(),
		Dropped:    n.counts.dropped.Load(),
		NoInterest: n.counts.noInterest.Load(),
		Refused:    n.counts.refused.Load(),
		Missed:     n.lost.count.Load(),
		Routes:     n.server.NumRemotes(),
	}
}
