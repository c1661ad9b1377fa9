package tail

import "ursula/core/stream"

// Hint hands the watchers an event that this node's replica has yet to publish,
// from a node that has applied it. It only ever saves time: what cannot be
// handed on as it stands, because an event before it is missing or because it
// comes without its data, is dropped, and the replica's own event does it. So
// hints may be late, lost, repeated and out of order.
//
// The change must be committed, and a read that begins after the call must show
// it, as linearizable reads do: a reader may be ahead of the replica then. Hint
// keeps e.Data, which must not change, and neither blocks nor runs a watcher's
// code.
func (h *Hub) Hint(e *stream.Event) {
	if h.watches.Load() == 0 {
		return
	}
	if t := h.lookup(e.Name); t != nil && t.hint(e) {
		h.hints.Add(1)
	}
}

// Hints counts those that were handed on since the start.
func (h *Hub) Hints() uint64 { return h.hints.Load() }

func (t *topic) hint(e *stream.Event) (used bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	used = t.last.before(e) && t.last.joins(e)
	if used {
		t.add(e)
	}
	return used
}

// last is where the newest event left the stream; zero before the first.
type last struct {
	id    uint64
	end   uint64
	stage stage
}

// stage is how far the life of an incarnation has come.
type stage uint8

const (
	open stage = iota
	ended
	gone
)

func stageOf(e *stream.Event) stage {
	switch {
	case e.Gone:
		return gone
	case e.Closed:
		return ended
	}
	return open
}

// before reports whether e tells more than is known. A group numbers
// incarnations upwards, a stream grows, is closed once and is gone after that,
// so states of a name are ordered, and all nodes agree about the order.
func (l last) before(e *stream.Event) bool {
	switch {
	case l.id != e.ID:
		return l.id < e.ID
	case l.end != e.To:
		return l.end < e.To
	}
	return l.stage < stageOf(e)
}

// joins reports whether nothing is missing between what is known and e's end. An
// incarnation that nothing is known of may begin anywhere: its readers compare
// offsets.
func (l last) joins(e *stream.Event) bool {
	return e.Gone || whole(e) && (l.id != e.ID || l.end == e.From)
}

// whole reports whether e brings all the bytes that it tells of.
func whole(e *stream.Event) bool { return uint64(len(e.Data)) == e.To-e.From }
