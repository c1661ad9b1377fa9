package protocol

import (
	"context"
	"net/http"
	"time"

	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/tail"
)

// usualBatch is how many events a waiting reader expects to find at once.
const usualBatch = 8

// longPoll answers with data as soon as there is some.
func (h *Handler) longPoll(w http.ResponseWriter, r *http.Request, name stream.Name, q *query) error {
	watch, err := h.opts.Tails.Watch(name)
	if err != nil {
		return err
	}
	defer watch.Close()
	if !h.live.begin() {
		return errDraining
	}
	defer h.live.end()
	page, err := h.poll(r.Context(), watch, name, store.ReadRequest{From: q.from, Now: q.now, Max: maxPage, Live: true})
	if err != nil {
		return err
	}
	defer page.Release()
	h.writePoll(w, r, page, q)
	return nil
}

// poll waits for a page with data, the end of the stream, or the end of the
// wait, which gives an empty page.
func (h *Handler) poll(ctx context.Context, watch *tail.Watch, name stream.Name, read store.ReadRequest) (*store.Page, error) {
	timeout := time.NewTimer(h.opts.LongPoll)
	defer timeout.Stop()
	for {
		watch.Mark()
		page, err := h.opts.Reader.Read(ctx, name, read)
		if err != nil || page.Next > page.From || page.Closed() {
			return page, err
		}
		stale, err := h.await(ctx, watch, page, timeout.C)
		if !stale || err != nil {
			return page, err
		}
		read.From, read.Now = page.Next, false
		page.Release()
	}
}

// await waits at the tail, where page ends. When events come it puts them into
// page; stale says that the stream has to be read instead.
func (h *Handler) await(ctx context.Context, watch *tail.Watch, page *store.Page, timeout <-chan time.Time) (stale bool, err error) {
	var buffer [usualBatch]*tail.Entry
	for {
		entries, status := watch.Next(buffer[:0], page.Info.ID, page.Next)
		switch status {
		case tail.Ready:
			extend(page, entries)
			return false, nil
		case tail.Stale:
			return true, nil
		}
		select {
		case <-watch.Changed():
		case <-timeout:
			return false, nil
		case <-h.stop.Done():
			return false, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// extend puts what events brought into an empty page, up to a page's size.
func extend(page *store.Page, entries []*tail.Entry) {
	for i, e := range entries {
		if i > 0 && e.To-page.From > maxPage {
			page.AtTail = false
			return
		}
		if len(e.Data) > 0 {
			page.Parts = append(page.Parts, e.Data)
		}
		page.Next, page.Info.Tail = e.To, e.To
		page.Info.Closed = e.Closed
	}
}

func (h *Handler) writePoll(w http.ResponseWriter, r *http.Request, page *store.Page, q *query) {
	head := w.Header()
	setPosition(head, page)
	if !page.Closed() {
		head[hStreamCursor] = formatCursor(h.nextCursor(q.cursor))
	}
	if page.Next == page.From {
		head["Cache-Control"] = noStore
		w.WriteHeader(http.StatusNoContent)
		return
	}
	head["Etag"] = []string{pageTag(page)}
	head["Cache-Control"] = h.headers.page
	writePage(w, r, page)
}
