package forward_test

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/forward"
	"ursula/core/group"
	"ursula/core/stream"
)

const theGroup = 7

// pair is node a, which does not lead, and node b, which does.
func pair() (e *forward.Engine, here, there *fakeLocal, calls *fakeCalls) {
	here, there = newLocal("b", false), newLocal("b", true)
	node := &fakeNode{groups: map[uint32]*fakeLocal{theGroup: there}, clock: 5000}
	calls = &fakeCalls{answer: to(forward.NewServer(node))}
	return engine(here, calls, fixed(2000)), here, there, calls
}

// engine is that of node a.
func engine(here *fakeLocal, calls *fakeCalls, clock func() int64) *forward.Engine {
	return forward.New(theGroup, "a", here, calls, questions(here, calls), clock)
}

// questions are those of a node with one group.
func questions(here *fakeLocal, calls *fakeCalls) *forward.Questions {
	return forward.NewQuestions(&fakeNode{groups: map[uint32]*fakeLocal{theGroup: here}}, calls)
}

func TestALeaderAsksNobody(t *testing.T) {
	e, here, _, calls := pair()
	here.elect("a", true)
	if _, err := e.Propose(t.Context(), addition("x")); err != nil {
		t.Error(err)
	}
	if err := e.Confirm(t.Context()); err != nil {
		t.Error(err)
	}
	if sent := calls.messages(); len(sent) > 0 || len(here.seen()) != 1 {
		t.Errorf("sent %v, proposed %v", sent, here.seen())
	}
}

// A command arrives whole and with the leader's clock; its result comes back.
func TestAFollowerSendsCommands(t *testing.T) {
	e, here, there, calls := pair()
	want := stream.Result{Next: 9, Closed: true, Err: stream.ErrClosed}
	there.propose = func(context.Context, *stream.Command) (stream.Result, error) { return want, nil }
	c := numbered(3)
	c.Now = 2000
	if got, err := e.Propose(t.Context(), c); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("result %+v, %v", got, err)
	}
	c.Now = 5000
	if got := there.seen(); len(got) != 1 || !reflect.DeepEqual(&got[0], c) {
		t.Errorf("proposed %+v, want %+v", got, *c)
	}
	if len(here.seen()) > 0 || len(calls.messages()) != 1 {
		t.Errorf("%d proposals here, %d messages", len(here.seen()), len(calls.messages()))
	}
}

// A command is sent again if it did not happen, or if the group would know it
// again; and only for as long as its context lasts.
func TestWhatIsSentAgain(t *testing.T) {
	lost := errors.New("connection broke")
	repeatable := []*stream.Command{numbered(0), {Op: stream.OpTouch, Name: name}}
	for _, row := range []struct {
		what     string
		call     error // of the call itself
		refusal  error // of the leader's node
		commands []*stream.Command
		again    bool
		want     error
	}{
		{"unreachable", forward.ErrUnreachable, nil, []*stream.Command{addition("x")}, true, group.ErrNoLeader},
		{"leads no more", nil, group.ErrNoLeader, []*stream.Command{addition("x")}, true, group.ErrNoLeader},
		{"shuts down", nil, group.ErrShutdown, []*stream.Command{addition("x")}, true, group.ErrShutdown},
		{"lost", lost, nil, []*stream.Command{addition("x"), creation()}, false, group.ErrUnknownOutcome},
		{"lost, and known again", lost, nil, repeatable, true, group.ErrUnknownOutcome},
		{"unknown", nil, group.ErrUnknownOutcome, []*stream.Command{addition("x")}, false, group.ErrUnknownOutcome},
		{"unknown, and known again", nil, group.ErrUnknownOutcome, repeatable, true, group.ErrUnknownOutcome},
		{"overloaded", nil, group.ErrOverloaded, repeatable, false, group.ErrOverloaded},
		{"no space", nil, group.ErrNoSpace, repeatable, false, group.ErrNoSpace},
		{"refused", nil, errors.New("odd"), repeatable, false, nil},
	} {
		for _, c := range row.commands {
			synctest.Test(t, func(t *testing.T) {
				e, _, there, calls := pair()
				there.propose = func(context.Context, *stream.Command) (stream.Result, error) {
					return stream.Result{}, row.refusal
				}
				answer := calls.answer
				calls.answer = func(ctx context.Context, m message) ([]byte, error) {
					if row.call != nil {
						return nil, row.call
					}
					return answer(ctx, m)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, err := e.Propose(ctx, c)
				if n := len(calls.messages()); n > 1 != row.again || n > 50 {
					t.Errorf("%s: sent %d times", row.what, n)
				}
				if err == nil || row.want != nil && !errors.Is(err, row.want) || row.again != (ctx.Err() != nil) {
					t.Errorf("%s: %v", row.what, err)
				}
			})
		}
	}
}

// This node's own end is not waited out.
func TestShutdownHere(t *testing.T) {
	e, here, _, _ := pair()
	here.elect("a", true)
	here.propose = func(context.Context, *stream.Command) (stream.Result, error) {
		return stream.Result{}, group.ErrShutdown
	}
	if _, err := e.Propose(t.Context(), numbered(0)); !errors.Is(err, group.ErrShutdown) || len(here.seen()) != 1 {
		t.Errorf("%v after %d proposals", err, len(here.seen()))
	}
}

// Whoever waits hears of a new leader at once.
func TestALeaderIsElectedMeanwhile(t *testing.T) {
	for _, first := range []string{"", "c"} {
		synctest.Test(t, func(t *testing.T) {
			e, here, there, calls := pair()
			here.elect(first, false)
			here.propose = func(ctx context.Context, _ *stream.Command) (stream.Result, error) {
				_, changed := here.Leader()
				<-changed
				return stream.Result{}, group.ErrNoLeader
			}
			answer := calls.answer
			calls.answer = func(ctx context.Context, m message) ([]byte, error) {
				if m.peer == "c" {
					return nil, forward.ErrUnreachable
				}
				return answer(ctx, m)
			}
			began := time.Now()
			time.AfterFunc(time.Millisecond, func() { here.elect("b", false) })
			if _, err := e.Propose(t.Context(), addition("x")); err != nil || len(there.seen()) != 1 {
				t.Errorf("%v, %d proposals there", err, len(there.seen()))
			}
			if took := time.Since(began); took != time.Millisecond {
				t.Errorf("first %q: took %v", first, took)
			}
		})
	}
}

// An answer that cannot be read says nothing of what happened.
func TestAnswersThatCannotBeRead(t *testing.T) {
	for _, answer := range [][]byte{nil, {0}, {0, 1}, {0, 9, 9, 9, 9}, {0, 1, 0, 0}} {
		e, _, _, calls := pair()
		calls.answer = func(context.Context, message) ([]byte, error) { return answer, nil }
		if _, err := e.Propose(t.Context(), addition("x")); !errors.Is(err, group.ErrUnknownOutcome) {
			t.Errorf("answer % x: %v", answer, err)
		}
	}
}

// A read whose questions get no answer that can be read asks again, and gives up.
func TestReadsWithoutAnAnswer(t *testing.T) {
	for _, answer := range [][]byte{nil, {0}, {0, 1, 0, 0}} {
		synctest.Test(t, func(t *testing.T) {
			e, _, _, calls := pair()
			var asked atomic.Int32
			calls.answer = func(context.Context, message) ([]byte, error) { asked.Add(1); return answer, nil }
			if err := e.Confirm(t.Context()); !errors.Is(err, group.ErrNoLeader) || asked.Load() < 2 {
				t.Errorf("answer % x: %v after %d questions", answer, err, asked.Load())
			}
		})
	}
}
