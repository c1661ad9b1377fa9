// Package clienttest is a stream server in memory for tests of clients: enough of the
// protocol to talk to, and small enough to read. It keeps nothing, checks little and is
// no model of a server.
package clienttest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// New starts a server that stops with the test, and returns the root under which
// streams are created.
func New(t testing.TB) (root string) {
	s := &server{streams: make(map[string]*stream)}
	h := httptest.NewServer(s)
	t.Cleanup(func() {
		h.CloseClientConnections() // live readers would keep Close waiting
		h.Close()
	})
	return h.URL + "/v1/stream"
}

// server is a set of streams by path.
type server struct {
	mu      sync.Mutex
	streams map[string]*stream
}

// stream is one stream. The server's lock guards it.
type stream struct {
	mediaType string
	data      []byte
	closed    bool
	nextSeq   map[string]int // by producer
	changed   chan struct{}  // closed and replaced with every change
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPut:
		s.create(w, r)
	case http.MethodPost:
		s.append(w, r)
	case http.MethodDelete:
		s.delete(w, r)
	default:
		s.read(w, r)
	}
}

func (s *server) create(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	st, found := s.streams[r.URL.Path]
	if !found {
		st = &stream{
			mediaType: r.Header.Get("Content-Type"), closed: r.Header.Get("Stream-Closed") == "true",
			nextSeq: make(map[string]int), changed: make(chan struct{}),
		}
		st.add(body)
		s.streams[r.URL.Path] = st
	}
	st.describe(w.Header(), len(st.data))
	if !found {
		w.WriteHeader(http.StatusCreated)
	}
}

func (s *server) append(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	st, found := s.streams[r.URL.Path]
	if !found {
		http.Error(w, "no such stream", http.StatusNotFound)
		return
	}
	if st.closed && len(body) > 0 {
		st.describe(w.Header(), len(st.data))
		http.Error(w, "closed", http.StatusConflict)
		return
	}
	if st.inOrder(r.Header) {
		st.add(body)
		st.closed = st.closed || r.Header.Get("Stream-Closed") == "true"
		close(st.changed)
		st.changed = make(chan struct{})
	}
	st.describe(w.Header(), len(st.data))
	w.WriteHeader(http.StatusNoContent)
}

// inOrder says whether an append is new, and counts it if it comes from a producer.
func (st *stream) inOrder(h http.Header) bool {
	id := h.Get("Producer-Id")
	if id == "" {
		return true
	}
	if h.Get("Producer-Seq") != strconv.Itoa(st.nextSeq[id]) {
		return false
	}
	st.nextSeq[id]++
	return true
}

func (s *server) delete(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.streams, r.URL.Path)
	w.WriteHeader(http.StatusNoContent)
}

// add stores data. JSON is kept as messages with a comma after each.
func (st *stream) add(data []byte) {
	if st.json() && len(data) > 0 {
		text := strings.TrimSuffix(strings.TrimPrefix(string(data), "["), "]")
		data = []byte(text + ",")
	}
	st.data = append(st.data, data...)
}

func (st *stream) json() bool { return st.mediaType == "application/json" }

// describe sets the headers of an answer that ends at n.
func (st *stream) describe(h http.Header, n int) {
	h.Set("Content-Type", st.mediaType)
	h.Set("Stream-Next-Offset", offset(n))
	h.Set("Stream-Cursor", "1")
	if n == len(st.data) {
		h.Set("Stream-Up-To-Date", "true")
	}
	if n == len(st.data) && st.closed {
		h.Set("Stream-Closed", "true")
	}
}

func offset(n int) string { return fmt.Sprintf("o%010d", n) }
