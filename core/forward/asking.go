package forward

import (
	"context"
	"encoding/binary"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"
)

// askers ask other nodes about groups. Questions of all groups to one node share
// a call: while one is under way the others wait for the next. Its methods may be
// called concurrently.
type askers struct {
	calls  Caller
	method Method
	size   int // bytes of an answer to one question

	mu    sync.Mutex
	peers map[string]*asking
}

func newAskers(calls Caller, m Method, size int) *askers {
	return &askers{calls: calls, method: m, size: size, peers: make(map[string]*asking)}
}

// of returns what waits to be asked of a node.
func (a *askers) of(peer string) *asking {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.peers[peer]
	if !ok {
		p = &asking{askers: a, peer: peer, waiting: make(map[uint32]question)}
		a.peers[peer] = p
	}
	return p
}

// question is about a group and a term of it.
type question struct {
	group  uint32
	term   uint64
	answer chan<- answer // with room for every answer
}

// answer is what a node said, nil if nothing.
type answer struct {
	peer string
	says []byte
}

const questionBytes = 12

func appendQuestion(dst []byte, q question) []byte {
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(dst, q.group), q.term)
}

func decodeQuestion(src []byte) question {
	return question{group: binary.LittleEndian.Uint32(src), term: binary.LittleEndian.Uint64(src[4:])}
}

// asking is what waits to be asked of one node: a question for each group at
// most. A node that does not answer holds up nobody who has the answers of the
// others; they ask again and again, and here only the last of it counts.
type asking struct {
	*askers
	peer string

	mu      sync.Mutex
	waiting map[uint32]question // by group
	busy    bool
}

// askPatience bounds a call. A group whose questions stay open that long has
// lost its leader's lease already.
const askPatience = 2 * time.Second

func (a *asking) add(q question) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if outdated, ok := a.waiting[q.group]; ok {
		outdated.answer <- answer{peer: a.peer}
	}
	a.waiting[q.group] = q
	if !a.busy {
		a.busy = true
		go a.run()
	}
}

func (a *asking) run() {
	for {
		runtime.Gosched() // others are about to ask
		questions := a.take()
		if len(questions) == 0 {
			return
		}
		a.ask(questions)
	}
}

func (a *asking) take() []question {
	a.mu.Lock()
	defer a.mu.Unlock()
	questions := slices.Collect(maps.Values(a.waiting))
	clear(a.waiting)
	a.busy = len(questions) > 0
	return questions
}

func (a *asking) ask(questions []question) {
	ctx, cancel := context.WithTimeout(context.Background(), askPatience)
	defer cancel()
	payload := make([]byte, 0, len(questions)*questionBytes)
	for _, q := range questions {
		payload = appendQuestion(payload, q)
	}
	said, err := a.calls.Call(ctx, a.peer, a.method, payload)
	good := err == nil && len(said) == len(questions)*a.size
	for i, q := range questions {
		reply := answer{peer: a.peer}
		if good {
			reply.says = said[i*a.size : (i+1)*a.size]
		}
		q.answer <- reply
	}
}
