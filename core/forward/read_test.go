package forward_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/forward"
	"ursula/core/group"
)

// A read on a follower tells its replica what the leader has committed.
func TestAFollowersReadAdvancesIt(t *testing.T) {
	e, here, there, _ := pair()
	there.at = group.Position{Term: 3, Commit: 12, Applied: 11}
	if err := e.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := here.told(); len(got) != 1 || got[0] != there.at {
		t.Errorf("told %+v, want %+v", got, there.at)
	}
}

// Time is the leader's, as far as it is known.
func TestClock(t *testing.T) {
	e, here, _, _ := pair()
	if got := e.Clock(); got != 2000 {
		t.Errorf("before the first read it is %d", got)
	}
	if err := e.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := e.Clock(); got != 5000 {
		t.Errorf("on a follower it is %d", got)
	}
	here.elect("a", true)
	if got := e.Clock(); got != 2000 {
		t.Errorf("on the leader it is %d", got)
	}
}

// Reads that wait at the same time share a question; one that comes later has its
// own.
func TestReadsShareAQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, _, calls := pair()
		answer, gate := calls.answer, make(chan struct{})
		calls.answer = func(ctx context.Context, m message) ([]byte, error) {
			<-gate
			return answer(ctx, m)
		}
		var reads sync.WaitGroup
		read := func() {
			if err := e.Confirm(t.Context()); err != nil {
				t.Error(err)
			}
		}
		reads.Go(read)
		synctest.Wait()
		for range 100 {
			reads.Go(read)
		}
		synctest.Wait()
		close(gate)
		reads.Wait()
		if n := len(calls.messages()); n != 2 {
			t.Errorf("%d questions for a read and a hundred that came later", n)
		}
	})
}

// A read goes on asking until its time is over, whatever happens to the calls.
func TestAReadWithoutALeader(t *testing.T) {
	for _, failure := range []error{forward.ErrUnreachable, errors.New("connection broke")} {
		synctest.Test(t, func(t *testing.T) {
			e, _, _, calls := pair()
			answer, works := calls.answer, atomic.Bool{}
			calls.answer = func(ctx context.Context, m message) ([]byte, error) {
				if works.Load() {
					return answer(ctx, m)
				}
				return nil, failure
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := e.Confirm(ctx); !errors.Is(err, group.ErrNoLeader) || len(calls.messages()) < 10 {
				t.Errorf("%v after %d questions", err, len(calls.messages()))
			}
			works.Store(true)
			if err := e.Confirm(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
