package forward

import (
	"context"
	"encoding/binary"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Questions ask other nodes about groups: do you know of a later term than I do,
// and if you lead, how far are you? The answer to the first confirms a leader, the
// second makes a follower's replica current. All reads that wait for the same node
// share its next call, whatever their groups are, and a group is in it once. Its
// methods may be called concurrently.
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
		a = &asking{Questions: q, peer: to.peer}
		q.peers[to] = a
	}
	return a
}

// asking is what is asked of one node: one call at a time, and the questions that
// wait for the next.
type asking struct {
	*Questions
	peer   string
	silent atomic.Bool // the last call was not answered in time

	mu    sync.Mutex
	next  *call // nil while nobody waits
	busy  bool
	since time.Time // of the first call in a row without an answer; zero while none is under way
}

// call carries the questions of those who were there when it began. Who comes
// later needs the next one, since an answer says nothing of what happens after it.
type call struct {
	after  time.Time // what the peer has not answered when the first of them came
	groups []uint32
	place  map[uint32]int // of each group in groups
	done   chan struct{}  // closed when what follows is set for good
	late   chan struct{}  // closed when the answer takes long
	lags   bool           // late is closed
	// terms are the newest that this node knew of when the call began, not when a
	// question was put: a read that joins later must not rest on an earlier word.
	terms  []uint64
	answer []byte // nil for none
}

// ask puts a question into the next call to a node.
func (q *Questions) ask(to queue, id uint32) ticket {
	q.put.Add(1)
	a := q.of(to)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.next == nil {
		a.next = &call{
			after: a.since, place: make(map[uint32]int), done: make(chan struct{}), late: make(chan struct{}),
		}
	}
	c := a.next
	place, asked := c.place[id]
	if !asked {
		place = len(c.groups)
		c.place[id] = place
		c.groups = append(c.groups, id)
	}
	if !a.busy {
		a.busy = true
		go a.run()
	}
	return ticket{c, place}
}

// run calls until nobody waits. It yields before each call: those who are about to
// read then share it.
func (a *asking) run() {
	for {
		runtime.Gosched()
		c := a.begin()
		if c == nil {
			return
		}
		a.carry(c)
	}
}

func (a *asking) begin() *call {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.next
	a.next, a.busy = nil, c != nil
	switch {
	case c == nil:
		a.since = time.Time{}
	case a.since.IsZero():
		a.since = time.Now()
	}
	return c
}

const (
	// askPatience bounds a call. A group whose questions stay open that long has
	// lost its leader's lease already.
	askPatience = 2 * time.Second
	// hedge is after how long an answer is late, and others are asked as well.
	hedge = 20 * time.Millisecond
)

func (a *asking) carry(c *call) {
	ctx, cancel := context.WithTimeout(context.Background(), askPatience)
	defer cancel()
	late := time.AfterFunc(hedge, func() { a.lag(c) })
	defer late.Stop()
	a.called.Add(1)
	said, err := a.calls.Call(ctx, a.peer, MethodAsk, a.questions(c))
	if err == nil && len(said) == len(c.groups)*answerBytes {
		c.answer = said
	}
	a.ended(c.answer != nil)
	close(c.done)
}

func (a *asking) ended(answered bool) {
	a.silent.Store(!answered)
	if answered {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.since = time.Time{}
	}
}

// lag tells those who wait for a call, and for the one after it, that it takes long.
func (a *asking) lag(c *call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.silent.Store(true)
	for _, waits := range []*call{c, a.next} {
		if waits != nil && !waits.lags {
			waits.lags = true
			close(waits.late)
		}
	}
}

// questions notes the terms and encodes the call.
func (a *asking) questions(c *call) []byte {
	payload := make([]byte, 0, len(c.groups)*questionBytes)
	c.terms = make([]uint64, len(c.groups))
	for i, id := range c.groups {
		if g := a.node.Local(id); g != nil {
			c.terms[i] = g.CurrentTerm()
		}
		payload = binary.LittleEndian.AppendUint32(payload, id)
		payload = binary.LittleEndian.AppendUint64(payload, c.terms[i])
	}
	return payload
}
