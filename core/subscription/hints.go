package subscription

import (
	"sync"

	"ursula/core/stream"
)

// hints is the hand-over between the groups' goroutines, which must not wait,
// and the one that looks at what they report. It coalesces: a stream is held
// once, however often it was appended to. When it overflows it remembers only
// that something was lost.
type hints struct {
	limit  int
	signal chan struct{} // holds one token while there is something to take

	mu    sync.Mutex
	batch hintBatch
}

// hintBatch is what was reported since the last take.
type hintBatch struct {
	paths map[string]struct{} // streams that changed
	scan  bool                // look for streams that no link knows
	lost  bool                // reports were dropped: look at everything
}

func newHints(limit int) *hints {
	return &hints{limit: limit, signal: make(chan struct{}, 1), batch: emptyBatch()}
}

func emptyBatch() hintBatch { return hintBatch{paths: make(map[string]struct{})} }

// report takes note of events. It never waits for anything but other reports.
func (h *hints) report(events []stream.Event) {
	h.mu.Lock()
	for i := range events {
		h.note(events[i].Name)
	}
	h.mu.Unlock()
	h.wake()
}

func (h *hints) note(name stream.Name) {
	if name.Bucket() != stream.DefaultBucket || h.batch.lost {
		return
	}
	if len(h.batch.paths) >= h.limit {
		h.batch = hintBatch{paths: make(map[string]struct{}), scan: true, lost: true}
		return
	}
	h.batch.paths[name.Path()] = struct{}{}
}

// scan asks for a search for streams that no link knows; lost says that
// reports may be missing as well.
func (h *hints) scan(lost bool) {
	h.mu.Lock()
	h.batch.scan = true
	h.batch.lost = h.batch.lost || lost
	h.mu.Unlock()
	h.wake()
}

// take returns what was reported and begins anew.
func (h *hints) take() hintBatch {
	h.mu.Lock()
	defer h.mu.Unlock()
	batch := h.batch
	h.batch = emptyBatch()
	return batch
}

func (h *hints) wake() {
	select {
	case h.signal <- struct{}{}:
	default:
	}
}
