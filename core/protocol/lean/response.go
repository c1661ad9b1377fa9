package lean

import (
	"net/http"
	"strconv"
	"time"
)

// unknown is the length of a body that the handler did not declare.
const unknown = -1

// response is the http.ResponseWriter of one request. It collects head and body
// in blocks and sends them with one write when the handler is done; a body that
// does not fit goes out as the handler writes it.
type response struct {
	conn   *conn
	header http.Header
	noBody bool // the request was a HEAD

	status   int    // 0 before WriteHeader
	head     []byte // without the fields that depend on the body
	body     []byte // collected
	declared int64  // Content-Length by the handler, or unknown
	written  int64  // body bytes that the handler wrote
	dated    bool   // the handler says a Date
	typed    bool   // the handler says what the body is

	sent    bool // head and the first part of the body
	chunked bool
	last    bool // nothing may follow on this connection
	err     error
}

// start prepares for a request.
func (w *response) start(method string) {
	clear(w.header)
	*w = response{conn: w.conn, header: w.header, noBody: method == http.MethodHead, declared: unknown}
}

// Header returns the header fields of the response.
func (w *response) Header() http.Header { return w.header }

// WriteHeader fixes status and header.
func (w *response) WriteHeader(status int) {
	switch {
	case status < 100 || status > 999:
		panic("lean: invalid status " + strconv.Itoa(status))
	case status < 200: // may be left out by any server
		return
	case w.status != 0:
		w.conn.server.log.Warn("handler writes a second status", "first", w.status, "second", status)
		return
	}
	w.status = status
	w.encode()
}

// Write adds to the body. It fails with http.ErrBodyNotAllowed and
// http.ErrContentLength as net/http does, and when the client is gone.
func (w *response) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case len(p) == 0:
		return 0, w.err
	case !allowsBody(w.status):
		return 0, http.ErrBodyNotAllowed
	case w.declared != unknown && w.written+int64(len(p)) > w.declared:
		return 0, http.ErrContentLength
	}
	w.written += int64(len(p))
	if !w.collect(p) {
		w.send(p)
	}
	if w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// collect keeps p when it may still become part of one write.
func (w *response) collect(p []byte) bool {
	if w.sent || len(w.body)+len(p) > blockSize {
		return false
	}
	if w.body == nil {
		w.body = w.conn.server.blocks.get()[:0]
	}
	w.body = append(w.body, p...)
	return true
}

// FlushError sends what was written so far.
func (w *response) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if !w.sent {
		w.send(nil)
	}
	return w.err
}

// SetReadDeadline says that there are none to set: the connection bounds the
// wait for a body itself. http.ResponseController would find that out, too, but
// not for free.
func (w *response) SetReadDeadline(time.Time) error { return http.ErrNotSupported }

// finish sends what is left when the handler is done. It reports whether another
// request may follow.
func (w *response) finish() bool {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if !w.sent {
		w.sendWhole()
	} else if w.chunked {
		w.write([]byte(lastChunk))
	}
	if w.declared > w.written && !w.noBody && allowsBody(w.status) {
		w.last = true // the client waits for the rest
	}
	return w.err == nil && !w.last
}

// allowsBody reports whether a response with this status has a body.
func allowsBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}
