package record

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// history is a faultless server's stream: what was sent, and what a read shows.
type history struct {
	stream *Stream
	own    [][]byte // the appends, in the order in which the server has them
	parent []byte
	closed bool
}

func (h *history) observe() Observation {
	content := append(slices.Clone(h.parent), bytes.Join(h.own, nil)...)
	return Observation{Present: true, Closed: h.closed, Tail: fmt.Sprintf("%09d", len(content)), Content: content}
}

func (h *history) append(id ID, size int) *Send {
	send := h.stream.Send(id)
	h.own = append(h.own, Payload(id, size))
	return send
}

// acknowledged makes a stream with count acknowledged appends of two writers.
func acknowledged(count int) *history {
	h := &history{parent: []byte("inherited")}
	h.stream = NewStream("s", h.parent)
	h.stream.Creation.Ask()
	h.stream.Creation.Acknowledge()
	for i := range count {
		h.append(ID{i % 2, i / 2}, 30+i).Acknowledge(h.observe().Tail)
	}
	return h
}

func kinds(list []Fault) map[Kind]bool {
	set := map[Kind]bool{}
	for _, fault := range list {
		set[fault.Kind] = true
	}
	return set
}

func TestKeptPromisesAreNoFaults(t *testing.T) {
	h := acknowledged(20)
	h.append(ID{5, 0}, 100)    // perhaps, and there
	h.stream.Send(ID{5, 1})    // perhaps, and not there
	h.stream.Saw([]byte("in")) // a prefix
	if got := h.stream.Check(h.observe()); got != nil {
		t.Fatalf("faults in a faultless history: %v", got)
	}
}

func TestPlantedFaultsAreFound(t *testing.T) {
	plants := []struct {
		want  Kind
		plant func(h *history, o *Observation)
	}{
		{Lost, func(h *history, o *Observation) { h.own = slices.Delete(h.own, 7, 8); *o = h.observe() }},
		{Lost, func(h *history, o *Observation) { h.own = h.own[:19]; *o = h.observe() }},
		{Doubled, func(h *history, o *Observation) { h.own = slices.Insert(h.own, 9, h.own[3]); *o = h.observe() }},
		{Doubled, func(h *history, o *Observation) {
			h.append(ID{5, 0}, 40)
			h.own = append(h.own, h.own[len(h.own)-1])
			*o = h.observe()
		}},
		{Reordered, func(h *history, o *Observation) { h.own[4], h.own[6] = h.own[6], h.own[4]; *o = h.observe() }},
		{Reordered, func(h *history, o *Observation) { h.own[4], h.own[5] = h.own[5], h.own[4]; *o = h.observe() }},
		{Invented, func(h *history, o *Observation) { h.own = append(h.own, Payload(ID{9, 9}, 50)); *o = h.observe() }},
		{Invented, func(h *history, o *Observation) { h.append(ID{5, 0}, 50).Refuse(); *o = h.observe() }},
		{Torn, func(h *history, o *Observation) { o.Content = o.Content[:len(o.Content)-3] }},
		{Torn, func(h *history, o *Observation) { o.Content[len(o.Content)-9] ^= 1 }},
		{Rewritten, func(h *history, o *Observation) { h.stream.Saw(append(slices.Clone(o.Content), "more"...)) }},
		{Rewritten, func(h *history, _ *Observation) { h.stream.Saw([]byte("inh")); h.stream.Saw([]byte("inX")) }},
		{Receded, func(h *history, o *Observation) { h.stream.Settle(*o); o.Tail = "000000001" }},
		{Receded, func(_ *history, o *Observation) { o.Tail = "000000001" }},
		{Reopened, func(h *history, _ *Observation) { h.stream.Closure.Acknowledge() }},
		{Reopened, func(_ *history, o *Observation) { o.Closed = true }},
		{Reopened, func(h *history, o *Observation) {
			h.stream.Closure.Acknowledge()
			h.closed = true
			h.append(ID{5, 0}, 50).Acknowledge("")
			*o = h.observe()
		}},
		{Revived, func(h *history, _ *Observation) { h.stream.Removal.Acknowledge() }},
		{Revived, func(h *history, _ *Observation) { h.stream.Creation.set(None) }},
		{Vanished, func(_ *history, o *Observation) { o.Present = false }},
		{Forgotten, func(h *history, _ *Observation) { h.stream.Forgot("expected 0") }},
		{Disinherited, func(_ *history, o *Observation) { o.Content[2] ^= 1 }},
	}
	for i, row := range plants {
		t.Run(fmt.Sprintf("%02d_%s", i, row.want), func(t *testing.T) {
			h := acknowledged(20)
			o := h.observe()
			row.plant(h, &o)
			if got := h.stream.Check(o); !kinds(got)[row.want] {
				t.Fatalf("planted %s, found %v", row.want, got)
			}
		})
	}
}

func TestSettleMakesPerhapsCertain(t *testing.T) {
	h := acknowledged(4)
	h.append(ID{5, 0}, 40)
	h.stream.Send(ID{6, 0})
	h.stream.Removal.Ask()
	h.stream.Closure.Ask()
	h.stream.Settle(h.observe())
	if h.stream.Removal.Known() || h.stream.Closure.Known() {
		t.Fatal("changes that a read disproves are held for done")
	}
	shown := h.own
	h.own = shown[:4]
	if got := h.stream.Check(h.observe()); !kinds(got)[Lost] || !kinds(got)[Rewritten] {
		t.Fatalf("a perhaps that was shown went missing: %v", got)
	}
	h.own = append(shown, Payload(ID{6, 0}, 40))
	if got := h.stream.Check(h.observe()); !kinds(got)[Invented] {
		t.Fatalf("a perhaps that was disproved came back: %v", got)
	}
	h.stream.Send(ID{6, 0})
	if got := h.stream.Check(h.observe()); got != nil {
		t.Fatalf("a retry is no fault: %v", got)
	}
}

func TestAnyLostOrDoubledAppendIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := acknowledged(rapid.IntRange(1, 40).Draw(t, "appends"))
		at := rapid.IntRange(0, len(h.own)-1).Draw(t, "at")
		want := Lost
		if rapid.Bool().Draw(t, "double") {
			to := rapid.IntRange(0, len(h.own)).Draw(t, "to")
			h.own, want = slices.Insert(h.own, to, h.own[at]), Doubled
		} else {
			h.own = slices.Delete(h.own, at, at+1)
		}
		if got := h.stream.Check(h.observe()); !kinds(got)[want] {
			t.Fatalf("planted %s of append %d, found %v", want, at, got)
		}
	})
}
