package clienttest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// pageSize is small, so that small tests read several pages.
const pageSize = 1 << 16

// span is what a reader gets at once.
type span struct {
	from, to         int
	body             string
	upToDate, closed bool
	changed          <-chan struct{}
}

func (s *server) read(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	from, st, found := s.position(r.URL.Path, q.Get("offset"))
	switch {
	case !found:
		http.Error(w, "no such stream", http.StatusNotFound)
	case r.Method == http.MethodHead:
		s.answer(w, st, s.next(st, from))
	case q.Get("live") == "sse":
		s.sse(w, r, st, from)
	case q.Get("live") == "long-poll":
		s.longPoll(w, r, st, from)
	default:
		s.answer(w, st, s.next(st, from))
	}
}

// position finds a stream, and the place that an offset names; a request without one is
// for the tail when it is HEAD's.
func (s *server) position(path, at string) (int, *stream, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, found := s.streams[path]
	if !found {
		return 0, nil, false
	}
	if at == "-1" {
		return 0, st, true
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(at, "o")); err == nil {
		return n, st, true
	}
	return len(st.data), st, true
}

// next returns what follows from.
func (s *server) next(st *stream, from int) span {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := min(from+pageSize, len(st.data))
	if st.json() {
		to = len(st.data)
	}
	sp := span{from: from, to: to, body: string(st.data[from:to]), upToDate: to == len(st.data), changed: st.changed}
	sp.closed = sp.upToDate && st.closed
	if st.json() {
		sp.body = "[" + strings.TrimSuffix(sp.body, ",") + "]"
	}
	return sp
}

func (s *server) answer(w http.ResponseWriter, st *stream, sp span) {
	s.mu.Lock()
	st.describe(w.Header(), sp.to)
	s.mu.Unlock()
	w.Header().Set("Content-Length", strconv.Itoa(len(sp.body)))
	_, _ = w.Write([]byte(sp.body))
}

func (s *server) longPoll(w http.ResponseWriter, r *http.Request, st *stream, from int) {
	for {
		sp := s.next(st, from)
		if sp.to > from {
			s.answer(w, st, sp)
			return
		}
		if sp.closed {
			s.mu.Lock()
			st.describe(w.Header(), sp.to)
			s.mu.Unlock()
			w.WriteHeader(http.StatusNoContent)
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-sp.changed:
		}
	}
}

func (s *server) sse(w http.ResponseWriter, r *http.Request, st *stream, from int) {
	binary := !st.json() && !strings.HasPrefix(st.mediaType, "text/")
	if binary {
		w.Header().Set("Stream-SSE-Data-Encoding", "base64")
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		sp := s.next(st, from)
		writeEvents(w, sp, binary)
		if err := http.NewResponseController(w).Flush(); err != nil || sp.closed {
			return
		}
		if from = sp.to; !sp.upToDate {
			continue
		}
		select {
		case <-r.Context().Done():
			return
		case <-sp.changed:
		}
	}
}

// writeEvents writes a data event, unless there is none, and its control event.
func writeEvents(w http.ResponseWriter, sp span, binary bool) {
	text := sp.body
	if binary {
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	if sp.to > sp.from {
		text = strings.ReplaceAll(text, "\n", "\ndata:")
		fmt.Fprintf(w, "event: data\ndata:%s\n\n", text)
	}
	fmt.Fprintf(w, "event: control\ndata: {\"streamNextOffset\":%q,\"streamCursor\":\"1\",\"upToDate\":%t,\"streamClosed\":%t}\n\n",
		offset(sp.to), sp.upToDate, sp.closed)
}
