// Package grouptest is the acceptance suite of group engines: what a caller may
// rely on whichever engine is behind the seam.
package grouptest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"ursula/core/group"
	"ursula/core/stream"
)

// Run runs the suite. open returns a new, empty engine that reports to observer;
// the suite closes it.
func Run(t *testing.T, open func(t *testing.T, observer group.Observer) group.Engine) {
	for name, test := range map[string]func(*testing.T, group.Engine, *Recorder){
		"append and read":            appendAndRead,
		"refusals are results":       refusals,
		"concurrent appends":         concurrentAppends,
		"producers retry safely":     producers,
		"events follow the tail":     events,
		"memory is accounted for":    memory,
		"compaction keeps the state": compaction,
		"a cancelled wait":           cancelled,
		"closed":                     closed,
	} {
		t.Run(name, func(t *testing.T) {
			observer := &Recorder{}
			e := open(t, observer)
			if err := e.Confirm(t.Context()); err != nil {
				t.Fatalf("Confirm: %v", err)
			}
			test(t, e, observer)
			if err := e.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

func appendAndRead(t *testing.T, e group.Engine, _ *Recorder) {
	create(t, e, "v1/a")
	for i, s := range []string{"one", "two", "three"} {
		if r := propose(t, e, data("v1/a", s)); r.Err != nil {
			t.Fatalf("append %d: %v", i, r.Err)
		}
	}
	if got := Content(t, e, "v1/a"); got != "onetwothree" {
		t.Errorf("content is %q", got)
	}
	if !e.Leads() || e.Term() == 0 {
		t.Errorf("Leads() = %v, Term() = %d", e.Leads(), e.Term())
	}
}

func refusals(t *testing.T, e group.Engine, _ *Recorder) {
	if r := propose(t, e, data("v1/missing", "x")); !errors.Is(r.Err, stream.ErrNotFound) {
		t.Errorf("append to a missing stream: %v", r.Err)
	}
	create(t, e, "v1/a")
	propose(t, e, stream.Command{Op: stream.OpAppend, Name: "v1/a", Close: true})
	r := propose(t, e, data("v1/a", "x"))
	if !errors.Is(r.Err, stream.ErrClosed) || !r.Closed {
		t.Errorf("append to a closed stream: %+v", r)
	}
}

func concurrentAppends(t *testing.T, e group.Engine, _ *Recorder) {
	const writers, each = 32, 50
	var wg sync.WaitGroup
	for w := range writers {
		name := stream.Name(fmt.Sprintf("v1/w%d", w))
		create(t, e, name)
		wg.Go(func() {
			for i := range each {
				c := data(name, fmt.Sprintf("%d;", i))
				if r, err := e.Propose(t.Context(), &c); err != nil || r.Err != nil {
					t.Errorf("append %d: %v, %v", i, err, r.Err)
				}
			}
		})
	}
	wg.Wait()
	want := ""
	for i := range each {
		want += fmt.Sprintf("%d;", i)
	}
	for w := range writers {
		if got := Content(t, e, stream.Name(fmt.Sprintf("v1/w%d", w))); got != want {
			t.Errorf("writer %d: content is %q", w, got)
		}
	}
}

func producers(t *testing.T, e group.Engine, _ *Recorder) {
	create(t, e, "v1/a")
	c := data("v1/a", "once")
	c.Producer = stream.Producer{ID: "p"}
	if first := propose(t, e, c); first.Err != nil || first.Duplicate {
		t.Fatalf("first: %+v", first)
	}
	if second := propose(t, e, c); second.Err != nil || !second.Duplicate || second.Next != 4 {
		t.Errorf("second: %+v", second)
	}
	if got := Content(t, e, "v1/a"); got != "once" {
		t.Errorf("content is %q", got)
	}
}

func events(t *testing.T, e group.Engine, observer *Recorder) {
	create(t, e, "v1/a")
	propose(t, e, data("v1/a", "one"))
	propose(t, e, data("v1/a", "two"))
	propose(t, e, stream.Command{Op: stream.OpAppend, Name: "v1/a", Close: true})
	propose(t, e, stream.Command{Op: stream.OpDelete, Name: "v1/a"})
	seen, _ := observer.Seen()
	got := ""
	for _, event := range seen {
		got += fmt.Sprintf("[%d,%d) %q closed=%v gone=%v\n", event.From, event.To, event.Data, event.Closed, event.Gone)
	}
	want := `[0,0) "" closed=false gone=false
[0,3) "one" closed=false gone=false
[3,6) "two" closed=false gone=false
[6,6) "" closed=true gone=false
[6,6) "" closed=false gone=true
`
	if got != want {
		t.Errorf("events are\n%swant\n%s", got, want)
	}
}

func memory(t *testing.T, e group.Engine, observer *Recorder) {
	create(t, e, "v1/a")
	propose(t, e, data("v1/a", "0123456789"))
	if _, held := observer.Seen(); held < 10 {
		t.Errorf("%d bytes accounted for, want at least 10", held)
	}
	propose(t, e, stream.Command{Op: stream.OpDelete, Name: "v1/a"})
	if _, held := observer.Seen(); held != 0 {
		t.Errorf("%d bytes accounted for after deletion", held)
	}
}

func compaction(t *testing.T, e group.Engine, _ *Recorder) {
	create(t, e, "v1/a")
	propose(t, e, data("v1/a", "before,"))
	if err := e.Compact(t.Context()); err != nil {
		t.Fatalf("Compact: %v", err)
	}
	propose(t, e, data("v1/a", "after"))
	if got := Content(t, e, "v1/a"); got != "before,after" {
		t.Errorf("content is %q", got)
	}
	if err := errors.Join(e.Compact(t.Context()), e.Compact(t.Context())); err != nil {
		t.Errorf("Compact with nothing new: %v", err)
	}
}

func cancelled(t *testing.T, e group.Engine, _ *Recorder) {
	create(t, e, "v1/a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := data("v1/a", "x")
	c.Now = 1
	// A command whose proposer stops waiting is done or not done, never both, and
	// never half.
	if _, err := e.Propose(ctx, &c); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("Propose: %v", err)
	}
	propose(t, e, data("v1/a", "y"))
	if got := Content(t, e, "v1/a"); got != "y" && got != "xy" {
		t.Errorf("content is %q", got)
	}
}

func closed(t *testing.T, e group.Engine, _ *Recorder) {
	create(t, e, "v1/a")
	if err := e.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	c := data("v1/a", "x")
	if _, err := e.Propose(t.Context(), &c); err == nil {
		t.Error("a closed engine took a proposal")
	}
}
