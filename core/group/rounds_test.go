package group_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"ursula/core/group"
)

// gated is a proof that is under way until it is let go.
type gated struct {
	begun int
	gate  chan error
	ctx   context.Context // of the proof under way
}

func (g *gated) prove(ctx context.Context) error {
	g.begun++
	g.ctx = ctx
	return <-g.gate
}

// A proof says nothing about what happened after it began: who comes while one is
// under way shares the next.
func TestALateReadSharesTheNextRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gated{gate: make(chan error)}
		r := group.NewRounds(g.prove)
		first := errors.New("first")
		var reads sync.WaitGroup
		read := func(want error) {
			if err := r.Wait(t.Context()); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		}
		reads.Go(func() { read(first) })
		synctest.Wait()
		for range 10 {
			reads.Go(func() { read(nil) })
		}
		synctest.Wait()
		g.gate <- first
		g.gate <- nil
		reads.Wait()
		synctest.Wait()
		if g.begun != 2 {
			t.Errorf("%d rounds", g.begun)
		}
	})
}

// Rounds begin again after nobody waited for a while.
func TestRoundsBeginAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gated{gate: make(chan error, 1)}
		r := group.NewRounds(g.prove)
		for want := 1; want <= 3; want++ {
			g.gate <- nil
			if err := r.Wait(t.Context()); err != nil || g.begun != want {
				t.Errorf("round %d: %d begun, %v", want, g.begun, err)
			}
			synctest.Wait()
		}
	})
}

// A reader that gives up leaves the round to the others.
func TestAReaderGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gated{gate: make(chan error)}
		r := group.NewRounds(g.prove)
		ctx, cancel := context.WithCancelCause(t.Context())
		tired := errors.New("tired")
		var reads sync.WaitGroup
		reads.Go(func() {
			if err := r.Wait(ctx); !errors.Is(err, group.ErrNoLeader) || !errors.Is(err, tired) {
				t.Errorf("who gave up got %v", err)
			}
		})
		synctest.Wait()
		cancel(tired)
		reads.Wait()
		if g.ctx.Err() != nil {
			t.Error("the proof ended with its first reader")
		}
		g.gate <- nil
		synctest.Wait()
	})
}
