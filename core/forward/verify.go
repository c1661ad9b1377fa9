package forward

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ursula/core/group"
)

// Verifier asks other nodes whether they know of later terms than those in which
// this node leads. Its methods may be called concurrently.
type Verifier struct {
	askers *askers

	mu     sync.Mutex
	silent map[string]bool // nodes that have not answered when they were asked last
}

// NewVerifier returns a verifier that asks through calls.
func NewVerifier(calls Caller) *Verifier {
	return &Verifier{askers: newAskers(calls, MethodVerify, 1), silent: make(map[string]bool)}
}

// hedge is how long those who were asked first may take before all are asked.
const hedge = 20 * time.Millisecond

// Verify returns nil once need of the others have said, after the call, that
// they know of no later term of the group. Only as many are asked as have to
// agree, until one of them does not or takes long. A group asks one question at a
// time: one that still waits for its turn is denied when the next comes.
func (v *Verifier) Verify(ctx context.Context, id uint32, term uint64, others []string, need int) error {
	answers := make(chan answer, len(others))
	q := question{group: id, term: term, answer: answers}
	left := v.order(id, others)
	open := v.ask(q, &left, need)
	late := time.NewTimer(hedge)
	defer late.Stop()
	for need > 0 {
		if open < need {
			open += v.ask(q, &left, need-open)
		}
		if open < need {
			return fmt.Errorf("%w: %d more of %d nodes had to agree", group.ErrNoLeader, need, len(others))
		}
		select {
		case a := <-answers:
			open--
			v.note(a.peer, a.says == nil)
			if a.says != nil && a.says[0] == 1 {
				need--
			}
		case <-late.C:
			open += v.ask(q, &left, len(left))
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// ask puts a question to up to count of those left, and returns to how many.
func (v *Verifier) ask(q question, left *[]string, count int) (asked int) {
	for ; asked < count && len(*left) > 0; asked++ {
		v.askers.of((*left)[0]).add(q)
		*left = (*left)[1:]
	}
	return asked
}

// order is in which order the others are asked: those who answered last time
// first, and beginning with another one in each group.
func (v *Verifier) order(id uint32, others []string) []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	ordered := make([]string, 0, len(others))
	for _, silent := range [...]bool{false, true} {
		for i := range others {
			if peer := others[(i+int(id))%len(others)]; v.silent[peer] == silent {
				ordered = append(ordered, peer)
			}
		}
	}
	return ordered
}

func (v *Verifier) note(peer string, silent bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if silent {
		v.silent[peer] = true
	} else {
		delete(v.silent, peer)
	}
}
