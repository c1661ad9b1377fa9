package forward

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"ursula/core/group"
)

// Verifier asks other nodes whether they know of later terms than those in which
// this node leads. Questions of all groups to one node share a call: while one
// is under way the others wait for the next. Its methods may be called
// concurrently.
type Verifier struct {
	calls Caller

	mu    sync.Mutex
	peers map[string]*asking
}

// NewVerifier returns a verifier that asks through calls.
func NewVerifier(calls Caller) *Verifier {
	return &Verifier{calls: calls, peers: make(map[string]*asking)}
}

// Verify returns nil once need of the others have said, after the call, that
// they know of no later term of the group. A group asks one question at a time:
// one that still waits for its turn is denied when the next comes.
func (v *Verifier) Verify(ctx context.Context, id uint32, term uint64, others []string, need int) error {
	q := question{group: id, term: term, agreed: make(chan bool, len(others))}
	for _, peer := range others {
		v.asking(peer).add(q)
	}
	for open := len(others); need > 0; open-- {
		if open < need {
			return fmt.Errorf("%w: %d more of %d nodes had to agree", group.ErrNoLeader, need, open)
		}
		select {
		case agreed := <-q.agreed:
			if agreed {
				need--
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

func (v *Verifier) asking(peer string) *asking {
	v.mu.Lock()
	defer v.mu.Unlock()
	a, ok := v.peers[peer]
	if !ok {
		a = &asking{calls: v.calls, peer: peer, waiting: make(map[uint32]question)}
		v.peers[peer] = a
	}
	return a
}

// question is whether a node knows of a later term of a group.
type question struct {
	group  uint32
	term   uint64
	agreed chan bool // with room for every answer
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
	calls Caller
	peer  string

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
		outdated.agreed <- false
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
	answers, err := a.calls.Call(ctx, a.peer, MethodVerify, payload)
	good := err == nil && len(answers) == len(questions)
	for i, q := range questions {
		q.agreed <- good && answers[i] == 1
	}
}
