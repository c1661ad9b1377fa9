package group_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"ursula/core/group"
	"ursula/core/stream"
)

// entryLog is a submit that remembers the names in each entry and answers a
// command with the number at the end of its name.
type entryLog struct {
	mu      sync.Mutex
	entries [][]string
	active  atomic.Int32
	overlap atomic.Bool
}

func (l *entryLog) submit(entry []byte) ([]stream.Result, error) {
	if l.active.Add(1) > 1 {
		l.overlap.Store(true)
	}
	defer l.active.Add(-1)
	var names []string
	var results []stream.Result
	err := stream.EachInBatch(entry, func(c *stream.Command) {
		names = append(names, strings.Clone(string(c.Name)))
		_, number, _ := strings.Cut(string(c.Name), "/")
		n, _ := strconv.ParseUint(number, 10, 64)
		results = append(results, stream.Result{Next: n})
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, names)
	return results, err
}

func numbered(prefix string, n int) *stream.Command {
	return &stream.Command{Op: stream.OpDelete, Name: stream.Name(fmt.Sprintf("%s/%d", prefix, n))}
}

// Every proposer gets the answer to its own command, its commands keep their
// order, and one entry is under way at a time.
func TestResultsMatchCommands(t *testing.T) {
	const proposers, each = 16, 300
	log := &entryLog{}
	b := group.NewBatcher(log.submit)
	var wg sync.WaitGroup
	for p := range proposers {
		wg.Go(func() {
			for i := range each {
				r, err := b.Propose(t.Context(), numbered(fmt.Sprint("p", p), i))
				if err != nil || r.Next != uint64(i) {
					t.Errorf("proposer %d, command %d: %+v, %v", p, i, r, err)
				}
			}
		})
	}
	wg.Wait()
	b.Close()
	if log.overlap.Load() {
		t.Error("two entries were under way at once")
	}
	next := make(map[string]int)
	for _, entry := range log.entries {
		for _, name := range entry {
			p, number, _ := strings.Cut(name, "/")
			if want := strconv.Itoa(next[p]); number != want {
				t.Fatalf("%s: command %s, want %s", p, number, want)
			}
			next[p]++
		}
	}
	if len(next) != proposers {
		t.Errorf("%d proposers were heard", len(next))
	}
}

// gate is a submit that waits to be let through.
type gate struct {
	entryLog
	entered chan struct{}
	open    chan error
}

func newGate() *gate { return &gate{entered: make(chan struct{}, 100), open: make(chan error)} }

func (g *gate) submit(entry []byte) ([]stream.Result, error) {
	g.entered <- struct{}{}
	if err := <-g.open; err != nil {
		return nil, err
	}
	return g.entryLog.submit(entry)
}

// What comes while an entry is under way goes into the next one together.
func TestWaitingCommandsShareAnEntry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		b := group.NewBatcher(g.submit)
		for i := range 6 {
			go b.Propose(t.Context(), numbered("p", i))
			synctest.Wait()
		}
		g.open <- nil
		g.open <- nil
		synctest.Wait()
		if got := fmt.Sprint(g.entries); got != "[[p/0] [p/1 p/2 p/3 p/4 p/5]]" {
			t.Errorf("entries: %s", got)
		}
	})
}

// A proposer that stops waiting does not know; its command goes on, and the next
// proposer gets its own answer.
func TestCancelledProposer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		b := group.NewBatcher(g.submit)
		go b.Propose(t.Context(), numbered("p", 1))
		synctest.Wait()
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		answer := make(chan error, 1)
		go func() {
			_, err := b.Propose(ctx, numbered("p", 2))
			answer <- err
		}()
		synctest.Wait()
		cancel(cause)
		if err := <-answer; !errors.Is(err, group.ErrUnknownOutcome) || !errors.Is(err, cause) {
			t.Errorf("cancelled: %v", err)
		}
		close(g.open)
		if r, err := b.Propose(t.Context(), numbered("p", 3)); err != nil || r.Next != 3 {
			t.Errorf("after: %+v, %v", r, err)
		}
		if got := fmt.Sprint(g.entries); got != "[[p/1] [p/2] [p/3]]" && got != "[[p/1] [p/2 p/3]]" {
			t.Errorf("entries: %s", got)
		}
	})
}

// An answer that is there counts, even if ctx ended as well.
func TestAnAnswerIsNotThrownAway(t *testing.T) {
	b := group.NewBatcher((&entryLog{}).submit)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 100 {
		if r, err := b.Propose(ctx, numbered("p", i)); err != nil || r.Next != uint64(i) {
			t.Fatalf("proposal %d: %+v, %v", i, r, err)
		}
	}
}

// The error of an entry is everybody's in it, and nobody else's.
func TestAFailedEntry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		b := group.NewBatcher(g.submit)
		errs := make([]error, 4)
		for i := range errs {
			go func() { _, errs[i] = b.Propose(t.Context(), numbered("p", i)) }()
			synctest.Wait()
		}
		broken := errors.New("broken")
		g.open <- nil
		g.open <- broken
		synctest.Wait()
		for i, err := range errs {
			if failed := errors.Is(err, broken); failed != (i > 0) {
				t.Errorf("proposal %d: %v", i, err)
			}
		}
	})
}

// An entry with too few results leaves everybody in doubt.
func TestMissingResults(t *testing.T) {
	b := group.NewBatcher(func([]byte) ([]stream.Result, error) { return nil, nil })
	if _, err := b.Propose(t.Context(), numbered("p", 1)); !errors.Is(err, group.ErrUnknownOutcome) {
		t.Errorf("Propose: %v", err)
	}
}

// Close refuses what comes after it and waits for what came before.
func TestCloseWaitsForTheAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		b := group.NewBatcher(g.submit)
		var answered atomic.Int32
		for i := range 3 {
			go func() {
				if _, err := b.Propose(t.Context(), numbered("p", i)); err == nil {
					answered.Add(1)
				}
			}()
			synctest.Wait()
		}
		var closed atomic.Bool
		go func() {
			b.Close()
			closed.Store(true)
		}()
		synctest.Wait()
		if _, err := b.Propose(t.Context(), numbered("p", 9)); !errors.Is(err, group.ErrShutdown) || closed.Load() {
			t.Errorf("while closing: %v; closed is %v", err, closed.Load())
		}
		close(g.open)
		synctest.Wait()
		if !closed.Load() || answered.Load() != 3 {
			t.Errorf("closed is %v, %d were answered", closed.Load(), answered.Load())
		}
		b.Close()
	})
}
