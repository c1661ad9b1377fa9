package forward

import (
	"encoding/binary"
	"sync"
	"time"
)

// Notices tells followers what was committed where no further entry does. Raft
// repeats that only after its commit timeout, which is long so that idle groups
// cost little; those who wait at a stream's tail on a follower would feel it.
type Notices struct {
	node  Node
	calls Caller
	peers func() []string

	mu     sync.Mutex
	groups map[uint32]struct{} // that committed since the last notice
	armed  bool
}

// noticeDelay lets commits of many groups share a message, and lets the next
// entry make the notice unnecessary.
const noticeDelay = 2 * time.Millisecond

// NewNotices returns notices to those whom peers names at the moment.
func NewNotices(n Node, calls Caller, peers func() []string) *Notices {
	return &Notices{node: n, calls: calls, peers: peers, groups: make(map[uint32]struct{})}
}

// Committed says that this node has applied an entry of a group that it leads.
// It never waits.
func (n *Notices) Committed(group uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.groups[group] = struct{}{}
	if !n.armed {
		n.armed = true
		time.AfterFunc(noticeDelay, n.send)
	}
}

func (n *Notices) send() {
	payload := n.encode(n.take())
	if len(payload) == 0 {
		return
	}
	for _, peer := range n.peers() {
		n.calls.Tell(peer, MethodAdvance, payload)
	}
}

func (n *Notices) take() map[uint32]struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	groups := n.groups
	n.groups = make(map[uint32]struct{}, len(groups))
	n.armed = false
	return groups
}

// encode leaves out the groups whose next entry is on its way: it brings the
// commit index along.
func (n *Notices) encode(groups map[uint32]struct{}) (payload []byte) {
	for id := range groups {
		g := n.node.Local(id)
		if g == nil {
			continue
		}
		if p, leads := g.Position(); leads && g.Idle(p) {
			payload = appendPosition(binary.LittleEndian.AppendUint32(payload, id), p)
		}
	}
	return payload
}
