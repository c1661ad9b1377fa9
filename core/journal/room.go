package journal

import (
	"fmt"
	"time"
)

// room is what a writer knows about the space ahead of it, guarded by the
// writer's mutex.
type room struct {
	segment  uint64        // number of the segment that takes the next frame
	free     int64         // bytes of records that the current segment still takes
	spare    *segment      // follows the current one
	wanted   bool          // the tender shall prepare a spare
	missing  error         // why the last attempt failed
	tried    time.Time     // when it failed
	prepared chan struct{} // closed when the attempt under way ends
}

// Reserve says whether n bytes of records, by RecordSize, find room without
// touching what is kept back for appends that must not fail. It returns
// ErrNoSpace when the disk is known to be full, has the disk tried again, and
// never waits. It sets nothing aside: it is a gate in front of work that will
// append soon.
func (w *Writer) Reserve(n int64) error {
	return w.reserve(n, w.journal.options.ReserveBytes)
}

// ReserveHalf is Reserve for work that somebody has accepted already: it may
// use half of what is kept back.
func (w *Writer) ReserveHalf(n int64) error {
	return w.reserve(n, w.journal.options.ReserveBytes/2)
}

func (w *Writer) reserve(n, keep int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.room.missing == nil || w.roomAhead() >= n+w.queued+keep {
		return nil
	}
	w.askAgain()
	return w.noSpace()
}

// Segment returns the number of the segment that takes the next frame.
func (w *Writer) Segment() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.room.segment
}

// roomAhead is what one Append could take if the disk gave no more space.
func (w *Writer) roomAhead() int64 {
	if w.room.spare != nil {
		return w.Limit()
	}
	return w.room.free
}

// askAgain has the tender try once more if the last attempt is long ago.
func (w *Writer) askAgain() (asked bool) {
	if w.room.wanted {
		return true
	}
	if time.Since(w.room.tried) < w.journal.options.RetryAfter {
		return false
	}
	w.want()
	return true
}

func (w *Writer) want() {
	w.room.wanted = true
	w.room.prepared = make(chan struct{})
	w.journal.poke()
}

func (w *Writer) noSpace() error { return fmt.Errorf("%w: %w", ErrNoSpace, w.room.missing) }

// freeBytes is what the current segment takes beside a frame's header and the
// seal.
func (w *Writer) freeBytes() int64 {
	return int64(w.current.capacity) - w.offset - frameHeaderSize - sealSize
}

// makeRoom goes on to the spare segment when the current one is full.
func (w *Writer) makeRoom(size int64) error {
	if size <= w.freeBytes() {
		return nil
	}
	next, err := w.takeSpare()
	if err != nil {
		return err
	}
	if err := w.seal(); err != nil {
		return w.journal.fail(err)
	}
	w.journal.registry.retired(w.current, w.offset+sealSize)
	w.journal.poke()
	w.current, w.offset = next, headerSize
	return nil
}

// takeSpare waits for the attempt under way, if any, to give a spare.
func (w *Writer) takeSpare() (*segment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.room.spare == nil && w.askAgain() {
		attempt := w.room.prepared
		w.mu.Unlock()
		<-attempt
		w.mu.Lock()
	}
	next := w.room.spare
	if err := w.journal.failed(); err != nil {
		return nil, err
	}
	if next == nil {
		return nil, w.noSpace()
	}
	w.room.spare = nil
	w.want()
	return next, nil
}

// seal writes the frame that says that nothing follows in this segment.
func (w *Writer) seal() error {
	if _, err := w.current.file.WriteAt(encodeSeal(w.current.salt, w.sequence), w.offset); err != nil {
		return err
	}
	return w.current.file.Sync()
}
