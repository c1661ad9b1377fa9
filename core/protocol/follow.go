package protocol

import (
	"context"
	"time"

	"ursula/core/protocol/sse"
	"ursula/core/stream"
	"ursula/core/tail"
)

// follow sends what is published until the stream has to be read instead, which
// it says with true, or until there is nothing more to do for the reader.
func (f *follower) follow(ctx context.Context) bool {
	var buffer [usualBatch]*tail.Entry
	for {
		entries, status := f.watch.Next(buffer[:0], f.id, f.pos)
		switch status {
		case tail.Stale:
			return true
		case tail.Ready:
			more := f.sendEntries(entries)
			clear(buffer[:])
			if !more || f.over(ctx) {
				return false
			}
		case tail.Idle:
			if !f.wait(ctx) {
				return false
			}
		}
	}
}

// wait waits for a change. It returns false when the reader has to go.
func (f *follower) wait(ctx context.Context) bool {
	select {
	case <-f.watch.Changed():
		return true
	case <-f.timer.C:
		return f.tick()
	case <-ctx.Done():
		return false
	}
}

// over reports whether the reader has to go, without waiting.
func (f *follower) over(ctx context.Context) bool {
	select {
	case <-f.timer.C:
		return !f.tick()
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

func (f *follower) startTimer() {
	life := f.h.opts.Rotate
	if spread := int(life / 10 / time.Millisecond); spread > 0 {
		life -= time.Duration(f.h.opts.Random(spread)) * time.Millisecond
	}
	f.rotate = time.Now().Add(life)
	f.timer = time.NewTimer(min(life, f.h.opts.Heartbeat/2))
}

// tick ends the connection when its time has come, and breaks a silence. It
// comes twice per heartbeat and speaks when nothing was sent since the last
// tick, so a silence lasts no longer than a heartbeat and sending needs no clock.
func (f *follower) tick() bool {
	left := time.Until(f.rotate)
	if left <= 0 {
		return false
	}
	f.timer.Reset(min(left, f.h.opts.Heartbeat/2))
	if !f.silent {
		f.silent = true
		return true
	}
	out := f.writer(0)
	out.comment()
	return f.flush(out)
}

// sendEntries sends entries, which begin at f.pos. One that stands alone and
// needs nothing of the reader's own goes out as it is.
func (f *follower) sendEntries(entries []*tail.Entry) bool {
	if len(entries) == 1 && f.nHeld == 0 {
		e := entries[0]
		shared := f.frame(e)
		if f.wire.chunked() && shared.held == 0 && f.sharesCursor() {
			f.pos = e.To
			f.silent = false
			return f.wire.send(shared.wire) == nil && !e.Closed
		}
	}
	out := f.writer(batchSize(entries))
	for i, e := range entries {
		f.addEntry(&out, e, i == len(entries)-1)
	}
	return f.flush(out) && !entries[len(entries)-1].Closed
}

// batchSize is about what entries take on the wire.
func batchSize(entries []*tail.Entry) int {
	size := 0
	for _, e := range entries {
		size += len(e.Data)*3/2 + 240
	}
	return size
}

func (f *follower) frame(e *tail.Entry) *frame {
	return e.Shared(f.h.encoders[f.encoding]).(*frame)
}

// addEntry adds an event with a control event of the reader's own. An event that
// leaves nothing to send yet is silent.
func (f *follower) addEntry(out *writer, e *tail.Entry, newest bool) {
	shared := f.frame(e)
	before := f.sent()
	f.pos = e.To
	switch {
	case f.nHeld == 0 && shared.held == 0:
		out.shared(shared.wire[:shared.control])
	default:
		out.data(f.encoding, f.join(&e.Event))
	}
	if f.sent() > before || e.Closed {
		out.control(sse.Control{Next: f.sent(), Cursor: f.nextCursor(), UpToDate: newest, Closed: e.Closed})
	}
}

// join puts what was held back before an event's text and holds its own
// unfinished end back.
func (f *follower) join(e *stream.Event) [][]byte {
	text := append(f.held[:f.nHeld:f.nHeld], e.Data...)
	f.nHeld = 0
	if !e.Closed {
		f.nHeld = sse.Unfinished(text)
	}
	whole := len(text) - f.nHeld
	copy(f.held[:], text[whole:])
	return [][]byte{text[:whole]}
}

// sharesCursor reports whether the cursor of shared frames suits this reader.
// Once time has passed the reader's own cursor it always does.
func (f *follower) sharesCursor() bool {
	if f.cursor > 0 && f.cursor < f.h.interval() {
		f.cursor = 0
	}
	return f.cursor == 0
}

func (f *follower) nextCursor() uint64 {
	if f.sharesCursor() {
		return f.h.interval()
	}
	return f.cursor
}

// writer returns one for events of about size bytes.
func (f *follower) writer(size int) writer {
	return writer{buf: f.h.buffers.get(size), chunked: f.wire.chunked()}
}

// flush sends what was built and reports whether the reader took it.
func (f *follower) flush(out writer) bool {
	f.silent = false
	err := error(nil)
	if len(out.buf) > 0 {
		err = f.wire.send(out.buf)
	}
	f.h.buffers.put(out.buf)
	return err == nil
}
