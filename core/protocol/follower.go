package protocol

import (
	"context"
	"slices"
	"time"

	"ursula/core/protocol/sse"
	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/tail"
)

// follower brings one SSE reader from a page to the tail and along with it. It
// belongs to one goroutine.
//
// Text is never cut inside a character: bytes of an unfinished one are held back
// until the rest has come, and sent as they are when the stream is closed.
type follower struct {
	h        *Handler
	watch    *tail.Watch
	wire     wire
	name     stream.Name
	id       uint64
	encoding sse.Encoding
	cursor   uint64 // the reader's own cursor; 0 when the interval will do

	pos    uint64 // everything before it was read
	held   [3]byte
	nHeld  int // bytes before pos that were read but not sent
	silent bool

	timer  *time.Timer
	rotate time.Time
}

// serve runs until the reader has gone or must go.
func (f *follower) serve(ctx context.Context, cancel context.CancelFunc, w wire, page *store.Page) {
	defer f.h.live.end()
	defer cancel()
	defer f.watch.Close()
	f.wire = w
	defer w.end()
	f.startTimer()
	defer f.timer.Stop()
	f.run(ctx, page)
}

// abandon gives everything up before serve has begun.
func (f *follower) abandon(page *store.Page) {
	page.Release()
	f.watch.Close()
	f.h.live.end()
}

func (f *follower) run(ctx context.Context, page *store.Page) {
	for first := true; ; first = false {
		more := f.sendPage(page, first)
		caughtUp := page.AtTail
		page.Release()
		if !more || f.over(ctx) {
			return
		}
		if caughtUp && !f.follow(ctx) {
			return
		}
		var err error
		if page, err = f.read(ctx); err != nil {
			return
		}
	}
}

// read reads on from what was sent. A stream that took the place of the one that
// was followed is not read.
func (f *follower) read(ctx context.Context) (*store.Page, error) {
	f.watch.Mark()
	page, err := f.h.opts.Reader.Read(ctx, f.name, store.ReadRequest{From: f.sent(), Max: maxEventPage, Live: true})
	if err != nil {
		return nil, err
	}
	if page.Info.ID != f.id {
		page.Release()
		return nil, stream.ErrNotFound
	}
	return page, nil
}

// sent is the offset from which the reader would go on after a reconnect.
func (f *follower) sent() uint64 { return f.pos - uint64(f.nHeld) }

// sendPage sends a page; an empty one too when it is the first, because the
// reader wants to know where it is. It returns false when nothing more follows.
func (f *follower) sendPage(page *store.Page, first bool) bool {
	end := page.Closed()
	parts := f.hold(page, end)
	unchanged := f.pos == page.Next && !first && !end
	f.pos = page.Next
	if !page.AtTail {
		f.pos, f.nHeld = f.sent(), 0
	}
	if unchanged {
		return true
	}
	out := f.writer(int(page.Next-page.From)*3/2 + 240)
	out.data(f.encoding, parts)
	out.control(sse.Control{Next: f.sent(), Cursor: f.nextCursor(), UpToDate: page.AtTail, Closed: end})
	return f.flush(out) && !end
}

// hold returns the page's parts without the unfinished character at their end,
// which it keeps.
func (f *follower) hold(page *store.Page, end bool) [][]byte {
	f.nHeld = 0
	if f.encoding != sse.Text || end {
		return page.Parts
	}
	var last []byte
	for i := len(page.Parts) - 1; i >= 0 && len(last) < len(f.held); i-- {
		part := page.Parts[i]
		last = slices.Concat(part[max(0, len(part)-len(f.held)):], last)
	}
	f.nHeld = sse.Unfinished(last)
	copy(f.held[:], last[len(last)-f.nHeld:])
	return dropLast(page.Parts, f.nHeld)
}

// dropLast returns parts without their last n bytes. It does not modify parts.
func dropLast(parts [][]byte, n int) [][]byte {
	if n == 0 {
		return parts
	}
	parts = slices.Clone(parts)
	for n > 0 {
		last := len(parts) - 1
		cut := min(n, len(parts[last]))
		parts[last] = parts[last][:len(parts[last])-cut]
		n -= cut
		if len(parts[last]) == 0 {
			parts = parts[:last]
		}
	}
	return parts
}
