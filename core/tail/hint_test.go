package tail_test

import (
	"testing"

	"ursula/core/stream"
	"ursula/core/tail"
)

func hint(h *tail.Hub, events ...stream.Event) {
	for i := range events {
		h.Hint(&events[i])
	}
}

func closing(at uint64) stream.Event {
	return stream.Event{Name: name, ID: 1, From: at, To: at, Closed: true}
}

func deletion(at uint64) stream.Event {
	return stream.Event{Name: name, ID: 1, From: at, To: at, Gone: true}
}

// without is an event that came without its data.
func without(e stream.Event) stream.Event {
	e.Data = nil
	return e
}

func TestHintIsHandedOn(t *testing.T) {
	h := newHub(t, tail.Options{})
	w := watch(t, h)
	expect(t, w, 5, tail.Idle)
	changed := w.Changed()
	hint(h, event(5, 3))
	<-changed
	expect(t, w, 5, tail.Ready, 5)
	publish(h, event(5, 3), event(8, 1))
	hint(h, event(9, 1), event(9, 1), event(20, 1))
	expect(t, w, 5, tail.Ready, 5, 8, 9)
	if used := h.Hints(); used != 2 {
		t.Errorf("%d hints were of use, want 2", used)
	}
}

// What is known already must neither come again, nor wake anybody, nor move the
// topic back.
func TestWhatIsKnownIsIgnored(t *testing.T) {
	for _, c := range []struct {
		name   string
		known  []stream.Event
		repeat []stream.Event
	}{
		{"the same", []stream.Event{event(5, 3)}, []stream.Event{event(5, 3)}},
		{"older", []stream.Event{event(5, 3), event(8, 3)}, []stream.Event{event(2, 3), event(5, 3)}},
		{"open where it was closed", []stream.Event{event(5, 6), closing(11)}, []stream.Event{event(5, 6)}},
		{"closure twice", []stream.Event{event(5, 6), closing(11)}, []stream.Event{closing(11)}},
		{"closure before deletion", []stream.Event{event(5, 6), deletion(11)}, []stream.Event{closing(11)}},
		{"an older incarnation", []stream.Event{{Name: name, ID: 2, To: 2, Data: make([]byte, 2)}}, []stream.Event{event(9, 9)}},
	} {
		for source, repeat := range map[string]func(*tail.Hub, ...stream.Event){"hint": hint, "publish": publish} {
			t.Run(c.name+" by "+source, func(t *testing.T) {
				h := newHub(t, tail.Options{})
				w := watch(t, h)
				hint(h, c.known...)
				w.Mark()
				repeat(h, c.repeat...)
				if !isOpen(w.Changed()) {
					t.Error("woken")
				}
				expect(t, w, 11, tail.Idle)
			})
		}
	}
}

// A reader that got bytes by hint is ahead of the replica, whose events must not
// bring it back, until they lead on.
func TestReaderAheadOfTheReplica(t *testing.T) {
	h := newHub(t, tail.Options{})
	w := watch(t, h)
	hint(h, event(0, 4), event(4, 4))
	expect(t, w, 0, tail.Ready, 0, 4)
	expect(t, w, 8, tail.Idle)
	changed := w.Changed()
	publish(h, event(0, 4), event(4, 4))
	expect(t, w, 8, tail.Idle)
	if !isOpen(changed) {
		t.Fatal("woken by what it has")
	}
	publish(h, event(8, 1))
	<-changed
	expect(t, w, 8, tail.Ready, 8)
}

// What cannot be handed on as it is must not make readers read.
func TestHintThatCannotBeUsed(t *testing.T) {
	for _, c := range []struct {
		name string
		hint stream.Event
	}{
		{"a gap", event(9, 1)},
		{"an overlap", event(7, 2)},
		{"no data", without(event(8, 2))},
		{"too little data", stream.Event{Name: name, ID: 1, From: 8, To: 12, Data: make([]byte, 3)}},
		{"a closure after a gap", closing(9)},
		{"a stream that nobody watches", stream.Event{Name: "v1/other", ID: 1, To: 1, Data: make([]byte, 1)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHub(t, tail.Options{})
			w := watch(t, h)
			publish(h, event(5, 3))
			w.Mark()
			hint(h, c.hint)
			expect(t, w, 8, tail.Idle)
			publish(h, event(8, 4))
			expect(t, w, 5, tail.Ready, 5, 8)
		})
	}
}

func TestDeletionByHint(t *testing.T) {
	h := newHub(t, tail.Options{})
	w := watch(t, h)
	publish(h, event(0, 4))
	hint(h, deletion(9)) // not even the bytes before it are of use
	expect(t, w, 4, tail.Stale)
}

func TestNextIncarnationByHint(t *testing.T) {
	h := newHub(t, tail.Options{})
	w := watch(t, h)
	publish(h, event(0, 4))
	next := stream.Event{Name: name, ID: 2, To: 2, Data: make([]byte, 2)}
	hint(h, next)
	expect(t, w, 4, tail.Stale)
	if entries, status := w.Next(nil, 2, 0); status != tail.Ready || len(entries) != 1 {
		t.Fatalf("the new one: %v with %d entries", status, len(entries))
	}
}

// An event of the replica's own that comes without its data has to be read.
func TestEventWithoutItsData(t *testing.T) {
	h := newHub(t, tail.Options{})
	w := watch(t, h)
	publish(h, without(event(5, 3)))
	expect(t, w, 5, tail.Stale)
}

func TestHintAllocatesNothingForUnwatched(t *testing.T) {
	h := newHub(t, tail.Options{})
	watch(t, h)
	e := &stream.Event{Name: "v1/other", ID: 1, To: 1}
	if n := testing.AllocsPerRun(1000, func() { h.Hint(e) }); n > 0 {
		t.Fatalf("%v allocations", n)
	}
}
