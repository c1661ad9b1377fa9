package tail

// Status is what a watch knows about the stream after a position.
type Status int

const (
	Idle  Status = iota // nothing that the reader has not seen
	Ready               // the entries that follow
	Stale               // something: read the stream to see what
)

// Watch is one reader's view of a stream's changes. It belongs to one goroutine;
// only Close may be called by another.
//
// The reader's loop is: Mark, read the stream to its tail, then Next and Changed
// in turn. When Next says Stale, Mark and read again.
type Watch struct {
	topic *topic
	seen  uint64 // version up to which the reader knows everything
}

// Mark notes that the reader is about to read the stream: what was published
// until now will be seen by that read.
func (w *Watch) Mark() {
	w.topic.mu.Lock()
	defer w.topic.mu.Unlock()
	w.seen = w.topic.version
}

// Next looks for what follows offset of incarnation id, the place up to which
// the reader knows the stream. With Ready it returns dst extended by all entries
// that follow, adjacent and beginning at offset: at least one, and no more than
// Options.WindowEvents.
func (w *Watch) Next(dst []*Entry, id, offset uint64) ([]*Entry, Status) {
	t := w.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.version == w.seen {
		return dst, Idle
	}
	if t.resynced > w.seen {
		return dst, Stale
	}
	if entries := t.find(id, offset); entries != nil {
		return append(dst, entries...), Ready
	}
	if l := t.last; l.id == id && l.end <= offset && l.stage == open {
		w.seen = t.version
		return dst, Idle
	}
	return dst, Stale
}

// Changed returns a channel that is closed when something was published since
// the last Mark or the last Next that said Idle. It may be closed without cause.
func (w *Watch) Changed() <-chan struct{} {
	t := w.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.version != w.seen {
		return closed
	}
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	return t.changed
}

// Close ends the watch. It must be called once.
func (w *Watch) Close() { w.topic.hub.leave(w.topic) }

// closed is a channel that is always closed.
var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()
