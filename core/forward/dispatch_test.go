package forward_test

import (
	"errors"
	"testing"

	"ursula/core/forward"
	"ursula/core/group"
)

// Every call that is listed is answered, and no other.
func TestEachMethodIsAnswered(t *testing.T) {
	s := forward.NewServer(&fakeNode{})
	listed := make(map[forward.Method]bool)
	for _, m := range forward.Methods() {
		listed[m] = true
	}
	for m := range forward.Method(255) {
		_, err := s.Answer(t.Context(), m, "a", []byte{1})
		if known := err == nil || err.Error() == "malformed call between nodes"; known != listed[m] {
			t.Errorf("method %d, listed %v: %v", m, listed[m], err)
		}
	}
}

// While a node starts, who sent it a command learns that nothing happened.
func TestNotServing(t *testing.T) {
	for _, m := range forward.Methods() {
		answer, err := forward.NotServing(m)
		command := m == forward.MethodPropose || m == forward.MethodDrive
		if command != (err == nil) || command && answer[0] != 1 || !command && !errors.Is(err, group.ErrNoLeader) {
			t.Errorf("method %d: % x, %v", m, answer, err)
		}
	}
}
