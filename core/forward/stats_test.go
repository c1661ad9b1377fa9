package forward_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"ursula/core/forward"
	"ursula/core/group"
	"ursula/core/stream"
)

// What became of each command that was sent is counted once, and so is each new try.
func TestSentCommandsAreCounted(t *testing.T) {
	refusals := []error{nil, group.ErrNoLeader, nil, group.ErrUnknownOutcome, group.ErrOverloaded}
	synctest.Test(t, func(t *testing.T) {
		e, _, there, _ := pair()
		there.propose = func(context.Context, *stream.Command) (stream.Result, error) {
			refusal := refusals[0]
			refusals = refusals[1:]
			return stream.Result{}, refusal
		}
		for _, want := range []error{nil, nil, group.ErrUnknownOutcome, group.ErrOverloaded} {
			if _, err := e.Propose(t.Context(), addition("x")); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		}
		want := forward.Stats{Done: 2, NoLeader: 1, Unknown: 1, Refused: 1, Repeated: 1}
		if got := e.Stats(); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		if sum := want.Add(want); sum != (forward.Stats{Done: 4, NoLeader: 2, Unknown: 2, Refused: 2, Repeated: 2}) {
			t.Errorf("twice that is %+v", sum)
		}
	})
}

// Reads that share a call count each, and the call once. A leader asks nobody here.
func TestQuestionsAndTheirCallsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := newLocal("b", false), newLocal("b", true)
		calls := &fakeCalls{answer: to(forward.NewServer(&fakeNode{groups: map[uint32]*fakeLocal{theGroup: there}}))}
		q := questions(here, calls)
		e := forward.New(theGroup, "a", here, calls, q, fixed(2000))
		hold, answer := make(chan struct{}), calls.answer
		calls.answer = func(ctx context.Context, m message) ([]byte, error) {
			<-hold
			return answer(ctx, m)
		}
		read := func() {
			if err := e.Confirm(t.Context()); err != nil {
				t.Error(err)
			}
		}
		go read()
		synctest.Wait() // the first call is under way; the others share the next
		for range 4 {
			go read()
		}
		synctest.Wait()
		close(hold)
		synctest.Wait()
		want := forward.QuestionStats{Questions: 5, Calls: 2}
		if got := q.Stats(); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		here.elect("a", true)
		read()
		if got := q.Stats(); got != want {
			t.Errorf("a leader: %+v, want %+v", got, want)
		}
	})
}
