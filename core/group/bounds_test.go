package group_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"ursula/core/group"
)

// An entry takes commands until it has 1024 of them, or the next would make it
// larger than 4 MiB.
func TestEntriesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		b := group.NewBatcher(g.submit)
		go b.Propose(t.Context(), numbered("first", 0))
		synctest.Wait()
		for i := range 9 {
			c := numbered("large", i)
			c.Data = make([]byte, 1<<20)
			go b.Propose(t.Context(), c)
			synctest.Wait()
		}
		for i := range 2000 {
			go b.Propose(t.Context(), numbered("small", i))
		}
		synctest.Wait()
		close(g.open)
		synctest.Wait()
		var sizes []int
		for _, entry := range g.entries {
			sizes = append(sizes, len(entry))
		}
		if got := fmt.Sprint(sizes); got != "[1 3 3 1024 979]" {
			t.Errorf("commands in each entry: %s", got)
		}
	})
}

// Waiting is bounded in commands and in bytes; what is refused did not happen.
func TestTheQueueIsBounded(t *testing.T) {
	for name, c := range map[string]struct{ size, most int }{
		"commands": {0, 32 << 10},
		"bytes":    {8 << 20, 8},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGate()
				b := group.NewBatcher(g.submit)
				data := make([]byte, c.size)
				var refused, taken atomic.Int32
				propose := func(i int) {
					command := numbered("p", i)
					command.Data = data
					switch _, err := b.Propose(t.Context(), command); {
					case errors.Is(err, group.ErrOverloaded):
						refused.Add(1)
					case err == nil:
						taken.Add(1)
					}
				}
				go propose(0)
				synctest.Wait()
				for i := range c.most + 7 {
					go propose(i)
				}
				synctest.Wait()
				close(g.open)
				synctest.Wait()
				if refused.Load() != 7 || taken.Load() != int32(c.most+1) {
					t.Errorf("%d taken, %d refused", taken.Load(), refused.Load())
				}
				propose(0)
				if refused.Load() != 7 {
					t.Error("the queue did not empty")
				}
			})
		})
	}
}
