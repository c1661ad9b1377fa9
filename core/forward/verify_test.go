package forward_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/forward"
	"ursula/core/group"
)

// agreeing answers yes to each question of a call.
func agreeing(m message) []byte {
	return bytes.Repeat(append([]byte{1}, make([]byte, 32)...), len(m.payload)/12)
}

// verifier asks about many groups that a node leads in term 5.
func verifier(calls *fakeCalls) *forward.Questions {
	node := &fakeNode{groups: make(map[uint32]*fakeLocal)}
	for id := range uint32(200) {
		node.groups[id] = newLocal("a", true)
		node.groups[id].term = 5
	}
	return forward.NewQuestions(node, calls)
}

// A majority is enough: nodes that do not answer hold nobody up, and hold no more
// than the newest question of a group.
func TestVerifyDoesNotWaitForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := silent("b")
		v := verifier(calls)
		began := time.Now()
		for range 1000 {
			if err := v.Verify(t.Context(), 1, 5, []string{"b", "c"}, 1); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took > 50*time.Millisecond { // of the first
			t.Errorf("took %v", took)
		}
		time.Sleep(time.Minute)
		for _, m := range calls.messages() {
			if len(m.payload) > 12 {
				t.Errorf("%d bytes were asked of %s", len(m.payload), m.peer)
			}
		}
	})
}

// While a question is under way to a node, those of all groups gather for the
// next.
func TestVerifySharesCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		calls := &fakeCalls{answer: func(_ context.Context, m message) ([]byte, error) {
			<-gate
			return agreeing(m), nil
		}}
		v := verifier(calls)
		var asking sync.WaitGroup
		ask := func(id uint32) {
			if err := v.Verify(t.Context(), id, 5, []string{"b"}, 1); err != nil {
				t.Error(err)
			}
		}
		asking.Go(func() { ask(0) })
		synctest.Wait()
		for id := range uint32(100) {
			asking.Go(func() { ask(1 + id) })
		}
		synctest.Wait()
		close(gate)
		asking.Wait()
		if sent := calls.messages(); len(sent) != 2 || len(sent[1].payload) != 1200 {
			t.Errorf("%d calls", len(sent))
		}
	})
}

// Too few that agree are no majority, whether they deny, fail, or answer what was
// not asked.
func TestVerifyNeedsAMajority(t *testing.T) {
	others := []string{"b", "c", "d", "e"}
	for name, answer := range map[string]func(message) ([]byte, error){
		"denied":    func(message) ([]byte, error) { return make([]byte, 33), nil },
		"failed":    func(message) ([]byte, error) { return nil, forward.ErrUnreachable },
		"too short": func(m message) ([]byte, error) { return agreeing(m)[:32], nil },
		"too long":  func(m message) ([]byte, error) { return append(agreeing(m), 1), nil },
		"not a yes": func(message) ([]byte, error) { return append([]byte{2}, make([]byte, 32)...), nil },
	} {
		synctest.Test(t, func(t *testing.T) {
			v := verifier(&fakeCalls{answer: func(_ context.Context, m message) ([]byte, error) {
				if m.peer == "b" {
					return agreeing(m), nil
				}
				return answer(m)
			}})
			if err := v.Verify(t.Context(), 1, 5, others, 1); err != nil {
				t.Errorf("%s, one needed: %v", name, err)
			}
			if err := v.Verify(t.Context(), 1, 5, others, 2); !errors.Is(err, group.ErrNoLeader) {
				t.Errorf("%s, two needed: %v", name, err)
			}
		})
	}
}

func TestVerifyWithNobodyToAsk(t *testing.T) {
	v := verifier(&fakeCalls{})
	if err := v.Verify(t.Context(), 1, 5, nil, 0); err != nil {
		t.Errorf("an only voter: %v", err)
	}
	if err := v.Verify(t.Context(), 1, 5, nil, 1); !errors.Is(err, group.ErrNoLeader) {
		t.Errorf("nobody known: %v", err)
	}
}

// A leadership that ended while a question waited for its call is not confirmed by
// what is said of a later term.
func TestVerifyIsOfItsOwnTerm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node := &fakeNode{groups: map[uint32]*fakeLocal{1: newLocal("a", true)}}
		gate := make(chan struct{})
		calls := &fakeCalls{answer: func(_ context.Context, m message) ([]byte, error) {
			<-gate
			return agreeing(m), nil
		}}
		q := forward.NewQuestions(node, calls)
		var asking sync.WaitGroup
		node.groups[1].term = 5
		asking.Go(func() {
			if err := q.Verify(t.Context(), 1, 5, []string{"b"}, 1); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		asking.Go(func() {
			if err := q.Verify(t.Context(), 1, 5, []string{"b"}, 1); !errors.Is(err, group.ErrNoLeader) {
				t.Errorf("confirmed in a later term: %v", err)
			}
		})
		synctest.Wait()
		node.groups[1].term = 6
		close(gate)
		asking.Wait()
	})
}
