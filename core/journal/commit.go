package journal

import (
	"runtime"
	"time"
)

// lead commits one frame. The leader's own batch is first in the queue.
func (w *Writer) lead() {
	if w.crowded {
		runtime.Gosched() // those whom the last frame woke may append again
	}
	size := w.collect()
	w.crowded = len(w.batches) > 1
	err := w.commit(size)
	w.settle(err)
}

// collect takes from the queue what forms the next frame: what fits into the
// segment, but at least the first batch.
func (w *Writer) collect() (size int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	limit := min(w.freeBytes(), maxFrameBytes)
	n := 0
	for n < len(w.queue) && (n == 0 || size+w.queue[n].size <= limit) {
		size += w.queue[n].size
		n++
	}
	w.batches = append(w.batches[:0], w.queue[:n]...)
	rest := copy(w.queue, w.queue[n:])
	clear(w.queue[rest:])
	w.queue = w.queue[:rest]
	w.queued -= size
	return size
}

// commit writes and syncs the collected batches.
func (w *Writer) commit(size int64) error {
	if err := w.journal.failed(); err != nil {
		return err
	}
	if err := w.makeRoom(size); err != nil {
		return err
	}
	w.encode()
	began := time.Now()
	if _, err := w.current.file.WriteAt(w.buffer, w.offset); err != nil {
		return w.journal.fail(err)
	}
	if err := w.current.file.Sync(); err != nil {
		return w.journal.fail(err)
	}
	w.account(size, time.Since(began))
	return nil
}

// encode builds the frame in the reused buffer and notes the positions.
func (w *Writer) encode() {
	w.buffer = beginFrame(w.buffer)
	for _, b := range w.batches {
		b.positions = make([]Position, len(b.records))
		for i, r := range b.records {
			b.positions[i] = Position{
				Segment: w.current.number,
				Offset:  uint32(w.offset) + uint32(len(w.buffer)),
				Length:  uint32(recordHeaderSize + len(r.Payload)),
			}
			w.buffer = appendRecord(w.buffer, r)
		}
	}
	endFrame(w.buffer, w.current.salt, w.sequence, 0)
}

func (w *Writer) account(size int64, took time.Duration) {
	records := 0
	for _, b := range w.batches {
		records += len(b.records)
	}
	w.offset += int64(len(w.buffer))
	w.sequence++
	j := w.journal
	j.registry.grew(w.current, records, size)
	j.frames.Add(1)
	j.records.Add(uint64(records))
	j.bytes.Add(uint64(len(w.buffer)))
	if j.options.OnSync != nil {
		j.options.OnSync(len(w.buffer), took)
	}
	if cap(w.buffer) > maxFrameBytes {
		w.buffer = nil
	}
}

// settle wakes those whose frame is done, first, so that what they append next
// may still go into the next frame, and then hands on the lead.
func (w *Writer) settle(err error) {
	for n, b := range w.batches {
		b.err = err
		if err != nil {
			b.positions = nil
		}
		if n > 0 { // the first is the leader itself
			b.wake <- false
		}
	}
	clear(w.batches)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.room.segment, w.room.free = w.current.number, w.freeBytes()
	w.settled++
	w.changed.Broadcast()
	if next := w.successor(); next != nil {
		next.wake <- true
	}
}

// successor appoints who leads next, if anybody waits.
func (w *Writer) successor() *batch {
	if len(w.queue) == 0 {
		w.leading = false
		return nil
	}
	return w.queue[0]
}
