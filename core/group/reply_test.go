package group_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"ursula/core/group"
	"ursula/core/stream"
)

// replies notes what is said to those who do not wait, in order.
type replies struct {
	mu   sync.Mutex
	said []string
}

func (r *replies) to(name string) group.Reply { return noted{r, name} }

func (r *replies) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

type noted struct {
	*replies
	name string
}

// Outcome implements group.Reply.
func (n noted) Outcome(r stream.Result, err error) { n.note("%s: %d %v", n.name, r.Next, err) }

// Send implements group.Reply.
func (n noted) Send() { n.note("send %s", n.name) }

// Those who do not wait share entries with those who do. Each is told once, and what
// is said goes out when everybody of the entry has been told.
func TestWhoDoesNotWaitIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, gate := &entryLog{}, make(chan struct{})
		b := group.NewBatcher(func(entry []byte) ([]stream.Result, error) {
			<-gate
			return log.submit(entry)
		})
		var heard replies
		begin := func(i int) {
			if err := b.Begin(numbered("n", i), heard.to(fmt.Sprint("n", i))); err != nil {
				t.Error(err)
			}
		}
		begin(1)
		synctest.Wait() // its entry is under way
		begin(2)
		waits := make(chan uint64, 1)
		go func() {
			r, _ := b.Propose(t.Context(), numbered("w", 3))
			waits <- r.Next
		}()
		synctest.Wait()
		begin(4)
		close(gate)
		synctest.Wait()
		if got := <-waits; got != 3 {
			t.Errorf("who waited was told %d", got)
		}
		const want = "[n1: 1 <nil> send n1 n2: 2 <nil> n4: 4 <nil> send n2 send n4]"
		if got := fmt.Sprint(heard.said); got != want {
			t.Errorf("said %s\nwant %s", got, want)
		}
		if len(log.entries) != 2 || len(log.entries[1]) != 3 {
			t.Errorf("entries are %q", log.entries)
		}
		b.Close()
	})
}

// An entry that fails is told to all of its proposers; a proposal that is refused is
// not told of again.
func TestWhoDoesNotWaitHearsOfFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failure := errors.New("lost")
		b := group.NewBatcher(func([]byte) ([]stream.Result, error) { return nil, failure })
		var heard replies
		if err := b.Begin(numbered("n", 1), heard.to("n1")); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		b.Close()
		if err := b.Begin(numbered("n", 2), heard.to("n2")); !errors.Is(err, group.ErrShutdown) {
			t.Errorf("after the end: %v", err)
		}
		if got := fmt.Sprint(heard.said); got != "[n1: 0 lost send n1]" {
			t.Errorf("said %s", got)
		}
	})
}
