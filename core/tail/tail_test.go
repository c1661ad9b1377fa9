package tail_test

import (
	"testing"

	"ursula/core/stream"
	"ursula/core/tail"
)

const name = stream.Name("v1/s")

func newHub(t *testing.T, opts tail.Options) *tail.Hub {
	t.Helper()
	h := tail.NewHub(opts)
	t.Cleanup(h.Close)
	return h
}

func watch(t *testing.T, h *tail.Hub) *tail.Watch {
	t.Helper()
	w, err := h.Watch(name)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// event is an append of n bytes to incarnation 1.
func event(from uint64, n int) stream.Event {
	return stream.Event{Name: name, ID: 1, From: from, To: from + uint64(n), Data: make([]byte, n)}
}

func publish(h *tail.Hub, events ...stream.Event) { h.Publish(events) }

// expect demands the status at offset of incarnation 1, and the ranges of the
// entries.
func expect(t *testing.T, w *tail.Watch, offset uint64, want tail.Status, ranges ...uint64) {
	t.Helper()
	entries, status := w.Next(nil, 1, offset)
	if status != want || len(entries) != len(ranges) {
		t.Fatalf("at %d: status %v with %d entries, want %v with %d", offset, status, len(entries), want, len(ranges))
	}
	for i, e := range entries {
		if e.From != ranges[i] {
			t.Fatalf("at %d: entry %d begins at %d, want %d", offset, i, e.From, ranges[i])
		}
	}
}

func isOpen(c <-chan struct{}) bool {
	select {
	case <-c:
		return false
	default:
		return true
	}
}

func TestReadyThenIdle(t *testing.T) {
	h := newHub(t, tail.Options{})
	w := watch(t, h)
	expect(t, w, 5, tail.Idle)
	publish(h, event(5, 3), event(8, 2))
	expect(t, w, 5, tail.Ready, 5, 8)
	expect(t, w, 8, tail.Ready, 8)
	changed := w.Changed()
	if isOpen(changed) {
		t.Fatal("Changed is open although the reader does not know everything")
	}
	expect(t, w, 10, tail.Idle)
	changed = w.Changed()
	if !isOpen(changed) {
		t.Fatal("Changed is closed although nothing happened")
	}
	publish(h, event(10, 1))
	<-changed
	expect(t, w, 10, tail.Ready, 10)
}

// The event of a change that a read has shown already must neither be sent again
// nor keep the reader awake.
func TestEventAfterReadThatSawIt(t *testing.T) {
	h := newHub(t, tail.Options{})
	w := watch(t, h)
	w.Mark()
	publish(h, event(5, 3)) // the reader's read ended at 8
	expect(t, w, 8, tail.Idle)
	if !isOpen(w.Changed()) {
		t.Fatal("Changed is closed")
	}
}

func TestStale(t *testing.T) {
	for _, c := range []struct {
		name   string
		opts   tail.Options
		events []stream.Event
	}{
		{"an offset that no event begins at", tail.Options{}, []stream.Event{event(3, 5)}},
		{"a gap", tail.Options{}, []stream.Event{event(5, 1), event(9, 1)}},
		{"too many events", tail.Options{WindowEvents: 2}, []stream.Event{event(5, 1), event(6, 1), event(7, 1)}},
		{"too many bytes", tail.Options{WindowBytes: 10}, []stream.Event{event(5, 6), event(11, 6)}},
		{"an event larger than a window", tail.Options{WindowBytes: 10}, []stream.Event{event(5, 11)}},
		{"no room in the hub", tail.Options{TotalBytes: 10}, []stream.Event{event(5, 6), event(11, 6)}},
		{"another incarnation", tail.Options{}, []stream.Event{{Name: name, ID: 2, From: 0, To: 9, Data: make([]byte, 9)}}},
		{"deletion", tail.Options{}, []stream.Event{{Name: name, ID: 1, From: 5, To: 5, Gone: true}}},
		{"closure that the window has lost", tail.Options{WindowBytes: 2}, []stream.Event{
			{Name: name, ID: 1, From: 5, To: 8, Data: make([]byte, 3), Closed: true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHub(t, c.opts)
			w := watch(t, h)
			publish(h, c.events...)
			expect(t, w, 5, tail.Stale)
			w.Mark()
			expect(t, w, 5, tail.Idle)
		})
	}
}

func TestClosureWithoutData(t *testing.T) {
	h := newHub(t, tail.Options{})
	w := watch(t, h)
	publish(h, event(0, 4), stream.Event{Name: name, ID: 1, From: 4, To: 4, Closed: true})
	expect(t, w, 4, tail.Ready, 4)
	expect(t, w, 0, tail.Ready, 0, 4)
}

func TestWakeAll(t *testing.T) {
	h := newHub(t, tail.Options{})
	w := watch(t, h)
	publish(h, event(0, 4))
	changed := func() <-chan struct{} { w.Mark(); return w.Changed() }()
	h.WakeAll()
	<-changed
	expect(t, w, 4, tail.Stale)
	w.Mark()
	expect(t, w, 4, tail.Idle)
}

func TestSomeAreWoken(t *testing.T) {
	h := newHub(t, tail.Options{})
	w := watch(t, h)
	other, err := h.Watch("v1/other")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	w.Mark()
	other.Mark()
	h.Wake(func(n stream.Name) bool { return n == name })
	<-w.Changed()
	select {
	case <-other.Changed():
		t.Error("another stream's reader is woken")
	default:
	}
}

func TestLimitOfWatches(t *testing.T) {
	h := newHub(t, tail.Options{Watches: 2})
	w := watch(t, h)
	watch(t, h)
	if _, err := h.Watch(name); err != tail.ErrTooManyWaiters {
		t.Fatalf("third watch: %v", err)
	}
	w.Close()
	watch(t, h)
	if n := h.Watches(); n != 2 {
		t.Fatalf("%d watches, want 2", n)
	}
}

// A hub keeps nothing for a stream that nobody watches any more.
func TestLastWatchTakesTheWindow(t *testing.T) {
	h := newHub(t, tail.Options{TotalBytes: 10})
	w := watch(t, h)
	publish(h, event(0, 10))
	w.Close()
	w = watch(t, h)
	publish(h, event(10, 10))
	expect(t, w, 10, tail.Ready, 10)
}

func TestSharedIsMadeOnce(t *testing.T) {
	h := newHub(t, tail.Options{})
	w := watch(t, h)
	publish(h, event(0, 1))
	made := 0
	for range 3 {
		entries, _ := w.Next(nil, 1, 0)
		entries[0].Shared(func(*stream.Event) any { made++; return made })
	}
	if made != 1 {
		t.Fatalf("made %d times", made)
	}
}

func TestPublishAllocatesNothingForUnwatched(t *testing.T) {
	h := newHub(t, tail.Options{})
	watch(t, h)
	events := []stream.Event{{Name: "v1/other", ID: 1, To: 1}}
	if n := testing.AllocsPerRun(1000, func() { h.Publish(events) }); n > 0 {
		t.Fatalf("%v allocations", n)
	}
}
