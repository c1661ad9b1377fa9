package wire

import "github.com/hashicorp/raft"

// MaxHeartbeats is how many groups' heartbeats share a message. It fits into a
// frame, whatever their numbers and terms are.
const MaxHeartbeats = 4096

// Heartbeats are the heartbeats of several groups to one node.
type Heartbeats struct {
	raft.RPCHeader
	Of []Leading
}

// Leading says that the sender leads a group in a term.
type Leading struct {
	Group uint32
	Term  uint64
}

// Followed answers Heartbeats: a bit for each of them, in their order, the lowest
// of a byte first. It is set where the group follows the sender in that term and
// took this for a sign of its life. The others must be sent by themselves.
type Followed struct{ Bits []byte }

// NewFollowed returns an answer to n heartbeats, none of which is followed yet.
func NewFollowed(n int) Followed { return Followed{make([]byte, (n+7)/8)} }

// Set says that heartbeat i is followed.
func (f Followed) Set(i int) { f.Bits[i/8] |= 1 << (i % 8) }

// Has reports whether heartbeat i is followed.
func (f Followed) Has(i int) bool { return i/8 < len(f.Bits) && f.Bits[i/8]&(1<<(i%8)) != 0 }

func (f *fields) heartbeats(h *Heartbeats) {
	f.header(&h.RPCHeader)
	n := f.count(len(h.Of), 2)
	if n > MaxHeartbeats {
		f.fail("count")
		return
	}
	if f.reading {
		h.Of = append(h.Of[:0], make([]Leading, n)...)
	}
	for i := range h.Of {
		f.leading(&h.Of[i])
	}
}

func (f *fields) leading(l *Leading) {
	group := uint64(l.Group)
	f.uint(&group)
	f.uint(&l.Term)
	if f.reading && group > 1<<32-1 {
		f.fail("group")
	}
	l.Group = uint32(group)
}
