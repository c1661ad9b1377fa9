package forward_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A node that was late once, and answered, is found late as soon the next time.
func TestLateTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := time.Now().Add(time.Second)
		v := verifier(&fakeCalls{answer: func(ctx context.Context, m message) ([]byte, error) {
			switch {
			case m.peer != "b":
			case time.Now().Before(hangs):
				time.Sleep(25 * time.Millisecond)
			default:
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return agreeing(m), nil
		}})
		for range 2 {
			began := time.Now()
			if err := v.Verify(t.Context(), 1, 5, []string{"b", "c"}, 1); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took != 20*time.Millisecond {
				t.Errorf("took %v", took)
			}
			time.Sleep(time.Until(hangs))
		}
		time.Sleep(time.Minute)
	})
}

// Others are asked while a node is late, and not any more when it answers in time, though
// questions to it never cease.
func TestLateOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := time.Now().Add(25 * time.Millisecond)
		calls := &fakeCalls{answer: func(_ context.Context, m message) ([]byte, error) {
			if m.peer == "b" {
				time.Sleep(max(2*time.Millisecond, time.Until(late)))
			}
			return agreeing(m), nil
		}}
		v := verifier(calls)
		var asking sync.WaitGroup
		for id := range uint32(2) {
			asking.Go(func() {
				for range 100 {
					time.Sleep(time.Millisecond)
					if err := v.Verify(t.Context(), id, 5, []string{"b", "c"}, 1); err != nil {
						t.Error(err)
					}
				}
			})
		}
		asking.Wait()
		others := 0
		for _, m := range calls.messages() {
			if m.peer == "c" {
				others++
			}
		}
		if others == 0 || others > 10 {
			t.Errorf("another was asked %d times", others)
		}
		time.Sleep(time.Minute)
	})
}
