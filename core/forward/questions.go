package forward

import (
	"sync"
	"sync/atomic"
)

// Questions ask other nodes about groups: do you know of a later term than I do, where
// does your log end, and if you lead, how far are you? The answer to the first confirms a
// leader, those to the others make a follower's replica current. All reads that wait for
// the same node share its next call, whatever their groups are, and a group is in it once.
// Its methods may be called concurrently.
type Questions struct {
	node  Node
	calls Caller

	put, called atomic.Uint64 // questions, and calls that carried them

	mu    sync.RWMutex
	peers map[queue]*asking
}

// NewQuestions returns questions about the groups of n.
func NewQuestions(n Node, calls Caller) *Questions {
	return &Questions{node: n, calls: calls, peers: make(map[queue]*asking)}
}

// queue is what waits for a node. Questions of leaders are apart where the answers
// to followers may wait for them.
type queue struct {
	peer string
	vote bool
}

// of returns what is asked of a node.
func (q *Questions) of(to queue) *asking {
	q.mu.RLock()
	a := q.peers[to]
	q.mu.RUnlock()
	if a != nil {
		return a
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if a = q.peers[to]; a == nil {
		a = newAsking(q, to.peer)
		q.peers[to] = a
	}
	return a
}

// ask puts a question into the next call to a node.
func (q *Questions) ask(to queue, id uint32) ticket { return q.of(to).ask(id) }
