package protocol

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"ursula/core/protocol/gather"
	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// maxPage bounds the bytes of one page; a larger JSON message comes whole.
const maxPage = 1 << 20

// head serves HEAD.
func (h *Handler) head(w http.ResponseWriter, r *http.Request, name stream.Name) error {
	info, err := h.opts.Reader.Head(r.Context(), name)
	if err != nil {
		return err
	}
	head := w.Header()
	head["Content-Type"] = []string{info.ContentType}
	head["Cache-Control"] = noStore
	setOffset(head, info.Tail)
	if info.Closed {
		head[hStreamClosed] = yes
	}
	setLifetime(head, info.Lifetime)
	w.WriteHeader(http.StatusOK)
	return nil
}

func setLifetime(head http.Header, life stream.Lifetime) {
	switch {
	case life.ExpiresAt != 0:
		at := time.UnixMilli(life.ExpiresAt).UTC()
		head[hStreamExpiresAt] = []string{at.Format("2006-01-02T15:04:05.999Z07:00")}
	case life.TTL >= 0:
		setUint(head, hStreamTTL, uint64(life.TTL))
	}
}

// delete serves DELETE.
func (h *Handler) delete(w http.ResponseWriter, r *http.Request, name stream.Name) error {
	if err := h.opts.Writer.Delete(r.Context(), name); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// get serves GET in its three modes.
func (h *Handler) get(w http.ResponseWriter, r *http.Request, name stream.Name) error {
	q, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return err
	}
	switch q.mode {
	case longPoll:
		return h.longPoll(w, r, name, &q)
	case events:
		return h.events(w, r, name, &q)
	}
	return h.catchUp(w, r, name, &q)
}

// catchUp answers with a page of what there is.
func (h *Handler) catchUp(w http.ResponseWriter, r *http.Request, name stream.Name, q *query) error {
	page, err := h.opts.Reader.Read(r.Context(), name, store.ReadRequest{From: q.from, Now: q.now, Max: maxPage})
	if err != nil {
		return err
	}
	defer page.Release()
	head := w.Header()
	setPosition(head, page)
	if q.now {
		head["Cache-Control"] = noStore
		writePage(w, r, page)
		return nil
	}
	tag := pageTag(page)
	head["Etag"] = []string{tag}
	head["Cache-Control"] = h.pageCaching(page)
	if matches(r.Header["If-None-Match"], tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	writePage(w, r, page)
	return nil
}

// setPosition says where the page ends and what that means.
func setPosition(head http.Header, page *store.Page) {
	setOffset(head, page.Next)
	if page.AtTail {
		head[hStreamUpToDate] = yes
	}
	if page.Closed() {
		head[hStreamClosed] = yes
	}
}

// pageCaching lets caches keep pages, apart from the one that says that nothing
// has come yet: it is to be asked for again, with its tag.
func (h *Handler) pageCaching(page *store.Page) []string {
	if page.From == page.Next && !page.Closed() {
		return noCache
	}
	return h.headers.page
}

// writePage writes the body. Parts go to the connection as they are: no copy is
// made of what is larger than the server's write buffer. When the client is gone
// nobody is left to tell.
func writePage(w http.ResponseWriter, r *http.Request, page *store.Page) {
	parts := page.Parts
	size := page.Next - page.From
	if page.Info.JSON {
		parts, size = array(parts, size)
	}
	head := w.Header()
	head["Content-Type"] = []string{page.Info.ContentType}
	setUint(head, "Content-Length", size)
	w.WriteHeader(http.StatusOK)
	_ = gather.Of(r).Send(w, parts)
}

const messageEnd = ",\n"

// array makes an array of framed messages: brackets take the room of the last
// message's end. Less than such an end is no message: an offset that a client
// made up can lead there.
func array(parts [][]byte, size uint64) ([][]byte, uint64) {
	if size < uint64(len(messageEnd)) {
		return [][]byte{[]byte("[]")}, uint64(len("[]"))
	}
	return slices.Concat([][]byte{{'['}}, dropLast(parts, len(messageEnd)), [][]byte{{']'}}), size
}

// pageTag is the page's entity tag: incarnation, range, and whether the stream
// ends there.
func pageTag(page *store.Page) string {
	tag := make([]byte, 0, 64)
	tag = append(tag, '"')
	tag = strconv.AppendUint(tag, page.Info.ID, 10)
	tag = append(tag, ':')
	tag = strconv.AppendUint(tag, page.From, 10)
	tag = append(tag, ':')
	tag = strconv.AppendUint(tag, page.Next, 10)
	if page.Closed() {
		tag = append(tag, ":c"...)
	}
	return string(append(tag, '"'))
}
