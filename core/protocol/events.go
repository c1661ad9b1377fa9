package protocol

import (
	"context"
	"net/http"

	"ursula/core/protocol/sse"
	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// maxEventPage bounds the bytes of one data event while a reader catches up.
const maxEventPage = 256 << 10

// events serves a GET in SSE mode. Errors before the first byte are answered as
// usual; afterwards the connection ends, and the reader comes back and sees.
func (h *Handler) events(w http.ResponseWriter, r *http.Request, name stream.Name, q *query) error {
	watch, err := h.opts.Tails.Watch(name)
	if err != nil {
		return err
	}
	watch.Mark()
	page, err := h.opts.Reader.Read(r.Context(), name, store.ReadRequest{
		From: q.from, Now: q.now, Max: maxEventPage, Live: true,
	})
	if err == nil && !h.live.begin() {
		page.Release()
		err = errDraining
	}
	if err != nil {
		watch.Close()
		return err
	}
	f := &follower{
		h:        h,
		watch:    watch,
		name:     name,
		id:       page.Info.ID,
		encoding: sse.EncodingOf(page.Info.ContentType),
	}
	if cursor := h.nextCursor(q.cursor); q.cursor > 0 && cursor > h.interval() {
		f.cursor = cursor
	}
	eventHeaders(w.Header(), f.encoding, page)
	h.serveEvents(w, r, f, page)
	return nil
}

func eventHeaders(head http.Header, encoding sse.Encoding, page *store.Page) {
	head["Content-Type"] = []string{"text/event-stream"}
	head["Cache-Control"] = noCache
	head["X-Accel-Buffering"] = []string{"no"}
	if encoding == sse.Base64 {
		head[hSSEDataEncoding] = []string{"base64"}
	}
	if page.Closed() && page.From == page.Next {
		setPosition(head, page)
	}
}

// serveEvents runs the follower: on a goroutine of its own when the connection
// could be taken over, so that net/http's memory for it is freed, and here
// otherwise.
func (h *Handler) serveEvents(w http.ResponseWriter, r *http.Request, f *follower, page *store.Page) {
	if r.ProtoMajor == 1 && r.ProtoMinor >= 1 {
		raw, err := takeOver(w, h.opts.SendWait, h.opts.Now())
		if err == nil {
			ctx, cancel := context.WithCancel(h.stop)
			go raw.watchHangUp(cancel)
			go f.serve(ctx, cancel, raw, page)
			return
		}
		if !isUnsupported(err) {
			f.abandon(page)
			return
		}
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer context.AfterFunc(h.stop, cancel)()
	w.WriteHeader(http.StatusOK)
	f.serve(ctx, cancel, &servedWire{w, http.NewResponseController(w), h.opts.SendWait}, page)
}
