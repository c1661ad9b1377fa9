package forward_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/forward"
	"ursula/core/group"
	"ursula/core/stream"
)

// hanging is node a, which follows b; b takes what it is sent and says nothing until
// its call ends. Node c answers once here knows that it leads.
func hanging() (e *forward.Engine, here, next *fakeLocal, calls *fakeCalls) {
	e, here, next, calls = pair()
	answer := calls.answer
	calls.answer = func(ctx context.Context, m message) ([]byte, error) {
		if m.peer == "b" {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return answer(ctx, m)
	}
	return e, here, next, calls
}

// What waits for a leader that hangs goes to the next one when that is known, if the
// group would know it again.
func TestWhatWaitsForAHangingLeaderMovesOn(t *testing.T) {
	for what, ask := range map[string]func(context.Context, *forward.Engine) error{
		"a read": func(ctx context.Context, e *forward.Engine) error { return e.Confirm(ctx) },
		"an append of a producer": func(ctx context.Context, e *forward.Engine) error {
			_, err := e.Propose(ctx, numbered(1))
			return err
		},
		"a touch": func(ctx context.Context, e *forward.Engine) error {
			_, err := e.Propose(ctx, &stream.Command{Op: stream.OpTouch, Name: name})
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, here, next, calls := hanging()
				next.propose = func(context.Context, *stream.Command) (stream.Result, error) { return stream.Result{Next: 1}, nil }
				done := make(chan error, 1)
				began := time.Now()
				go func() { done <- ask(t.Context(), e) }()
				time.Sleep(time.Second)
				if n := len(calls.messages()); n != 1 {
					t.Errorf("%d calls to the leader", n)
				}
				here.elect("c", false)
				if err := <-done; err != nil || time.Since(began) != time.Second {
					t.Errorf("%v after %v", err, time.Since(began))
				}
				time.Sleep(time.Minute)
			})
		})
	}
}

// A command that the group would not know again waits for its own outcome: that
// another node leads says nothing of it.
func TestAnAppendIsNotSentTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, here, _, calls := hanging()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		done := make(chan error, 1)
		began := time.Now()
		go func() {
			_, err := e.Propose(ctx, addition("x"))
			done <- err
		}()
		synctest.Wait()
		here.elect("c", false)
		if err := <-done; !errors.Is(err, group.ErrUnknownOutcome) || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if n := len(calls.messages()); n != 1 {
			t.Errorf("sent %d times", n)
		}
	})
}

// Reads below the tail wait for a leader that hangs once, and not each of them; when
// it answers again they hear of it.
func TestHistoryWaitsOnceForAHangingLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, _, calls := pair()
		answer, hangs := calls.answer, make(chan struct{})
		calls.answer = func(ctx context.Context, m message) ([]byte, error) {
			select {
			case <-hangs:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			return answer(ctx, m)
		}
		began := time.Now()
		var reads sync.WaitGroup
		for i := range 10 {
			reads.Go(func() {
				time.Sleep(time.Duration(i) * 30 * time.Millisecond)
				if e.Current(t.Context()) {
					t.Error("current without an answer")
				}
			})
		}
		reads.Wait()
		for range 100 { // the pages of a long read, over several calls
			if e.Current(t.Context()) {
				t.Error("current without an answer")
			}
			time.Sleep(100 * time.Millisecond)
		}
		if took := time.Since(began); took != 10*time.Second+270*time.Millisecond {
			t.Errorf("the reads took %v", took)
		}
		close(hangs)
		synctest.Wait()
		if !e.Current(t.Context()) {
			t.Error("not current with an answer")
		}
		time.Sleep(time.Minute)
	})
}

// Nor do they wait for longer where the leader answers, and this replica does not follow.
func TestHistoryWaitsOnceForAReplicaThatIsStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, here, there, _ := pair()
		if err := e.Confirm(t.Context()); err != nil { // it learns the leader's clock
			t.Fatal(err)
		}
		here.partner, here.stuck, there.at.Applied = "b", true, 1
		began := time.Now()
		if e.Current(t.Context()) {
			t.Error("current with a replica that is stuck")
		}
		if took := time.Since(began); took != 250*time.Millisecond {
			t.Errorf("took %v", took)
		}
		time.Sleep(time.Minute)
	})
}
