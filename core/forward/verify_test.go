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
func agreeing(m message) []byte { return bytes.Repeat([]byte{1}, len(m.payload)/12) }

// A majority is enough: nodes that do not answer hold nobody up, and hold no more
// than the newest question of a group.
func TestVerifyDoesNotWaitForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := &fakeCalls{answer: func(ctx context.Context, m message) ([]byte, error) {
			if m.peer == "b" {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return agreeing(m), nil
		}}
		v := forward.NewVerifier(calls)
		began := time.Now()
		for range 1000 {
			if err := v.Verify(t.Context(), 1, 5, []string{"b", "c"}, 1); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 0 {
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
		v := forward.NewVerifier(calls)
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
		"denied":    func(m message) ([]byte, error) { return make([]byte, 1), nil },
		"failed":    func(m message) ([]byte, error) { return nil, forward.ErrUnreachable },
		"too short": func(m message) ([]byte, error) { return nil, nil },
		"too long":  func(m message) ([]byte, error) { return []byte{1, 1}, nil },
		"not a yes": func(m message) ([]byte, error) { return []byte{2}, nil },
	} {
		synctest.Test(t, func(t *testing.T) {
			v := forward.NewVerifier(&fakeCalls{answer: func(_ context.Context, m message) ([]byte, error) {
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
	v := forward.NewVerifier(&fakeCalls{})
	if err := v.Verify(t.Context(), 1, 5, nil, 0); err != nil {
		t.Errorf("an only voter: %v", err)
	}
	if err := v.Verify(t.Context(), 1, 5, nil, 1); !errors.Is(err, group.ErrNoLeader) {
		t.Errorf("nobody known: %v", err)
	}
}
