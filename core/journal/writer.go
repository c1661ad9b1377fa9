package journal

import (
	"errors"
	"sync"
)

// Writer appends to one shard. Its methods may be called concurrently.
//
// There is no writing goroutine: the first appender that finds nobody leading
// leads, which means that it writes one frame for all that wait and then hands
// the lead to the first of those who came meanwhile.
type Writer struct {
	journal *Journal
	shard   int

	mu      sync.Mutex
	changed sync.Cond // the queue shrank or the lead was given up
	queue   []*batch
	queued  int64 // bytes in queue
	leading bool
	closed  bool
	settled uint64 // frames that are done
	room    room

	// Owned by whoever leads.
	current  *segment
	offset   int64
	sequence uint64
	buffer   []byte
	batches  []*batch
	crowded  bool // the last frame held several batches
}

// batch is one Append that waits.
type batch struct {
	records   []Record
	size      int64 // inside a frame
	positions []Position
	err       error
	wake      chan bool // capacity 1: false when done, true to lead first
}

func newWriter(j *Journal, shard int, first *segment) *Writer {
	w := &Writer{journal: j, shard: shard, current: first, offset: headerSize}
	w.changed.L = &w.mu
	w.room.segment, w.room.free = first.number, w.freeBytes()
	w.room.wanted = true
	w.room.prepared = make(chan struct{})
	return w
}

// Limit returns how many bytes the records of one Append may take together, by
// RecordSize.
func (w *Writer) Limit() int64 {
	return w.journal.options.SegmentBytes - headerSize - frameHeaderSize - sealSize
}

// Append makes records durable and returns where they lie. They are contiguous
// and in order, and either all or none of them are kept; after an error none
// are, except that after a failed disk operation nobody can know. Payloads must
// not change until it returns. It returns ErrTooLarge, ErrNoSpace, ErrClosed or
// the failure that OnFatal was told.
func (w *Writer) Append(records []Record) ([]Position, error) {
	if len(records) == 0 {
		return nil, nil
	}
	b := &batch{records: records, wake: make(chan bool, 1)}
	for _, r := range records {
		b.size += RecordSize(len(r.Payload))
	}
	if b.size > w.Limit() {
		return nil, ErrTooLarge
	}
	leads, err := w.enqueue(b)
	if err != nil {
		return nil, err
	}
	if leads || <-b.wake {
		w.lead()
	}
	return b.positions, b.err
}

// enqueue waits for room in the queue and says whether b's owner leads at once.
func (w *Writer) enqueue(b *batch) (leads bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.queued > 0 && w.queued+b.size > w.journal.options.QueueBytes && w.usable() == nil {
		w.changed.Wait()
	}
	if err := w.usable(); err != nil {
		return false, err
	}
	w.queue = append(w.queue, b)
	w.queued += b.size
	leads = !w.leading
	w.leading = true
	return leads, nil
}

// AwaitSync returns when the frame that is being written, if one is, is done.
// Records of its caller's would have to wait for that as well: what it is about to
// append can still grow meanwhile.
func (w *Writer) AwaitSync() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for begun := w.settled; w.leading && w.settled == begun && w.usable() == nil; {
		w.changed.Wait()
	}
}

func (w *Writer) usable() error {
	if w.closed {
		return ErrClosed
	}
	return w.journal.failed()
}

// interrupt wakes those who wait for the queue, to find the journal failed.
func (w *Writer) interrupt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changed.Broadcast()
	w.journal.poke()
}

// shut refuses new appends and waits for those under way.
func (w *Writer) shut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.changed.Broadcast()
	for w.leading {
		w.changed.Wait()
	}
}

// finish closes a writer's segments after its last append, and after the
// tender ended.
func (w *Writer) finish() error {
	j := w.journal
	if w.room.spare != nil {
		j.registry.drop(w.room.spare)
		if err := errors.Join(w.room.spare.file.Close(), j.fs.Remove(w.room.spare.name)); err != nil {
			return err
		}
	}
	if w.offset == headerSize {
		j.registry.drop(w.current)
		return errors.Join(w.current.file.Close(), j.fs.Remove(w.current.name))
	}
	if err := w.seal(); err != nil {
		return err
	}
	j.registry.retired(w.current, w.offset+sealSize)
	return j.trim(w.current)
}
