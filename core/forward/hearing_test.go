package forward_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ursula/core/forward"
)

// A node says of each group whether it hears from a leader, and nothing of those that it
// does not have.
func TestANodeSaysFromWhomItHears(t *testing.T) {
	heard, silent := newLocal("b", false), newLocal("b", false)
	heard.contact, silent.contact = 900*time.Millisecond, 1100*time.Millisecond
	server := forward.NewServer(&fakeNode{groups: map[uint32]*fakeLocal{1: heard, 2: silent}})
	calls := &fakeCalls{answer: func(ctx context.Context, m message) ([]byte, error) {
		return server.Answer(ctx, m.method, "a", m.payload)
	}}
	got, err := forward.Hears(t.Context(), calls, "c", time.Second, []uint32{2, 1, 3})
	if fmt.Sprint(got, err) != "[false true false] <nil>" {
		t.Errorf("said %v, %v", got, err)
	}
	calls.answer = func(context.Context, message) ([]byte, error) { return []byte{1}, nil }
	if got, err := forward.Hears(t.Context(), calls, "c", time.Second, []uint32{2, 1}); err == nil {
		t.Errorf("an answer to another question says %v", got)
	}
}
