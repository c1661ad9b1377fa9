package transport

import (
	"cmp"
	"slices"
	"time"
)

// PeerStatus is what is known of a peer.
type PeerStatus struct {
	ID      string
	Address string
	Links   []LinkStatus // of this node's requests to it, by class
	Calls   CallStatus
}

// LinkStatus is the state of the connection of one class.
type LinkStatus struct {
	Class     Class
	Connected bool
	Since     time.Time // of Connected; zero before the first attempt ended
	LastHeard time.Time // zero for never
	LastError error     // why it is not connected
	BytesIn   uint64    // over all connections so far
	BytesOut  uint64
	RoundTrip time.Duration // of the last ping; 0 for unknown, and always for bulk
}

// Peers returns the state of all peers, sorted by id.
func (t *Transport) Peers() []PeerStatus {
	var list []PeerStatus
	for _, p := range t.snapshotPeers() {
		list = append(list, PeerStatus{ID: p.id, Address: p.address, Calls: p.calls.status(), Links: []LinkStatus{
			p.log.status(ClassLog), p.call.status(ClassCall), p.bulk.status(ClassBulk),
		}})
	}
	slices.SortFunc(list, func(a, b PeerStatus) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

func (l *link[C]) status(class Class) LinkStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := LinkStatus{
		Class: class, Connected: l.up, Since: l.since, LastError: l.err,
		BytesIn: l.traffic.in.Load(), BytesOut: l.traffic.out.Load(),
		RoundTrip: time.Duration(l.traffic.roundTrip.Load()),
	}
	if heard := l.traffic.heard.Load(); heard != 0 {
		s.LastHeard = time.Unix(0, heard)
	}
	return s
}
