package client

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// fake is a small server of one stream whose answers can be cut off. Offsets are
// decimal byte counts with a letter before them, so that nobody takes them for numbers.
type fake struct {
	mu        sync.Mutex
	mediaType string
	data      []byte
	closed    bool
	pageSize  int
	requests  []string       // method and query of each
	cut       func(int) int  // bytes that answer n may have, negative: all
	refuse    []http.Handler // answers to the first requests, nil: the real one
	lastSeq   int            // of the one producer
}

func serve(t *testing.T, f *fake) *Stream {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	// Without idle connections the transport repeats nothing by itself, and requests can be counted.
	transport := &http.Transport{DisableKeepAlives: true}
	s, err := Open(server.URL+"/stream", Options{HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	s.pause = func(context.Context, time.Duration) error { return nil }
	return s
}

// log returns the requests so far, without those of HEAD.
func (f *fake) log() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

func (f *fake) sent() int { return len(f.log()) }

func (f *fake) stored() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(f.data)
}

func (f *fake) offset(n int) string { return fmt.Sprintf("o%06d", n) }

func (f *fake) position(offset string) int {
	if offset == string(Start) || offset == "" {
		return 0
	}
	n, err := strconv.Atoi(offset[1:])
	if err != nil {
		panic(err)
	}
	return n
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.Method == http.MethodHead {
		f.head(w)
		return
	}
	n := len(f.requests)
	f.requests = append(f.requests, r.Method+" "+r.URL.RawQuery)
	if n < len(f.refuse) && f.refuse[n] != nil {
		f.refuse[n].ServeHTTP(w, r)
		return
	}
	out := &limited{ResponseWriter: w, left: -1}
	if f.cut != nil {
		out.left = f.cut(n)
	}
	f.answer(out, r)
}

func (f *fake) answer(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPost:
		f.append(w, r)
	case r.URL.Query().Get("live") == "sse":
		f.sse(w, r)
	default:
		f.page(w, r)
	}
}

func (f *fake) head(w http.ResponseWriter) {
	w.Header().Set("Content-Type", f.mediaType)
	f.tailAt(w.Header(), len(f.data))
}

// tailAt sets the headers of an answer that ends at n.
func (f *fake) tailAt(h http.Header, n int) {
	h.Set(headerNext, f.offset(n))
	if n == len(f.data) {
		h.Set(headerUpToDate, "true")
	}
	if n == len(f.data) && f.closed {
		h.Set(headerClosed, "true")
	}
}

func (f *fake) next(r *http.Request) []byte {
	from := f.position(r.URL.Query().Get("offset"))
	return f.data[from:min(from+f.pageSize, len(f.data))]
}

func (f *fake) page(w http.ResponseWriter, r *http.Request) {
	data := f.next(r)
	f.tailAt(w.Header(), f.position(r.URL.Query().Get("offset"))+len(data))
	w.Header().Set(headerCursor, "c"+strconv.Itoa(len(f.requests)))
	w.Header().Set("Content-Type", f.mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data)
}

// sse sends all pages as data and control events, binary ones in base64, and then ends.
func (f *fake) sse(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	binary := f.mediaType == "application/octet-stream"
	if binary {
		w.Header().Set(headerEncoding, "base64")
	}
	at := f.position(r.URL.Query().Get("offset"))
	for at < len(f.data) || at == len(f.data) && len(f.data) == 0 {
		data := f.data[at:min(at+f.pageSize, len(f.data))]
		text := string(data)
		if binary {
			text = base64.StdEncoding.EncodeToString(data)
		}
		at += len(data)
		fmt.Fprintf(w, "event: data\ndata:%s\n\n: comment\n\nevent: control\ndata: "+
			`{"streamNextOffset":%q,"streamCursor":"c%d","upToDate":%t,"streamClosed":%t}`+"\n\n",
			text, f.offset(at), len(f.requests), at == len(f.data), at == len(f.data) && f.closed)
	}
}

// append is a producer's: it stores first and may then fail to answer.
func (f *fake) append(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	seq, _ := strconv.Atoi(r.Header.Get(headerProducerSeq))
	if seq == f.lastSeq {
		f.data = append(f.data, body...)
		f.lastSeq++
	}
	w.Header().Set(headerNext, f.offset(len(f.data)))
	_, _ = w.Write(nil) // cut off here, if anywhere
}

// limited lets some bytes of an answer out and then breaks the connection.
type limited struct {
	http.ResponseWriter
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left < 0 || len(p) < l.left {
		if l.left > 0 {
			l.left -= len(p)
		}
		return l.ResponseWriter.Write(p)
	}
	_, _ = l.ResponseWriter.Write(p[:l.left])
	_ = http.NewResponseController(l.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}
