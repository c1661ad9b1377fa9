package forward

import (
	"context"
	"encoding/binary"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// asking is what is asked of one node: one call at a time, and the questions that
// wait for the next.
type asking struct {
	*Questions
	peer  string
	born  time.Time
	avoid atomic.Int64 // nanoseconds after born: until then do without the node

	mu    sync.Mutex
	next  *call // nil while nobody waits
	busy  bool
	usual int // number of groups in the last call
	watch
}

// call carries the questions of those who were there when it began. Who comes
// later needs the next one, since an answer says nothing of what happens after it.
type call struct {
	after  time.Time // what the peer has not answered when the first of them came
	groups []uint32
	place  map[uint32]int // of each group in groups
	// soon is closed when the call is done, or when hedge is over: it may be waited for
	// without anything else.
	soon chan struct{}
	late bool          // soon is closed for the second reason
	done chan struct{} // closed when what follows is set for good
	// terms are the newest that this node knew of when the call began, not when a
	// question was put: a read that joins later must not rest on an earlier word.
	terms  []uint64
	answer []byte // nil for none
}

func newAsking(q *Questions, peer string) *asking {
	a := &asking{Questions: q, peer: peer, born: time.Now()}
	a.watch.over, a.watch.end = context.WithCancel(context.Background())
	return a
}

func (a *asking) ask(id uint32) ticket {
	a.put.Add(1)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.next == nil {
		a.next = &call{
			after: a.since, groups: make([]uint32, 0, a.usual), place: make(map[uint32]int, a.usual),
			soon: make(chan struct{}), done: make(chan struct{}),
		}
		if a.slow {
			a.next.delay()
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
		c, ctx := a.begin()
		if c == nil {
			return
		}
		a.called.Add(1)
		said, err := a.calls.Call(ctx, a.peer, MethodAsk, a.questions(c))
		if err == nil && len(said) == len(c.groups)*answerBytes {
			c.answer = said
		}
		a.ended(c)
	}
}

// begin takes what waits; nil is nothing.
func (a *asking) begin() (*call, context.Context) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.next
	a.next, a.busy = nil, c != nil
	if c == nil {
		a.since = time.Time{}
		return nil, nil
	}
	return c, a.watched(c)
}

// ended tells those who wait for a call.
func (a *asking) ended(c *call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now, a.usual = nil, len(c.groups)
	if c.answer != nil {
		a.since = time.Time{}
		a.avoid.Store(0)
	} else {
		a.shun()
	}
	close(c.done)
	if !c.late {
		close(c.soon)
	}
	if a.slow {
		a.stop() // or the next one would be looked at when this one were given up
	}
}

// shunned is how long a node is left alone that did not answer in time.
const shunned = time.Second

func (a *asking) shun() { a.avoid.Store(int64(time.Since(a.born) + shunned)) }

// avoided says that the node was silent lately, and that whoever can should ask another.
func (a *asking) avoided() bool {
	until := a.avoid.Load()
	return until != 0 && int64(time.Since(a.born)) < until
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
