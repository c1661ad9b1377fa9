package protocol

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ursula/core/protocol/gather"
	"ursula/core/protocol/protocoltest"
	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// forever is a wait that no test sits out: whatever ends it must be an event.
const forever = time.Hour

// server is a handler behind a real HTTP server.
type server struct {
	t     *testing.T
	store *protocoltest.Store
	h     *Handler
	http  *httptest.Server
}

// serve starts a server; change may adjust the options.
func serve(t *testing.T, change func(*Options)) *server {
	t.Helper()
	s := &server{t: t, store: protocoltest.New()}
	s.h = newHandler(s.store, change)
	s.http = httptest.NewUnstartedServer(s.h)
	s.http.Listener = gather.Listener(s.http.Listener)
	s.http.Config.ConnContext = gather.Context
	s.http.Start()
	t.Cleanup(func() {
		s.h.stopLive()
		s.http.Close()
		s.store.Close()
	})
	return s
}

func newHandler(st *protocoltest.Store, change func(*Options)) *Handler {
	opts := Options{Writer: st, Reader: st, Tails: st, LongPoll: forever}
	if change != nil {
		change(&opts)
	}
	return New(opts)
}

// reply is what came back from a request.
type reply struct {
	status int
	header http.Header
	body   string
}

// do sends a request to a path below Root. Headers come as name, value pairs.
func (s *server) do(method, path, body string, headers ...string) reply {
	s.t.Helper()
	res := s.open(method, path, body, headers...)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(b)}
}

func (s *server) open(method, path, body string, headers ...string) *http.Response {
	s.t.Helper()
	req, err := http.NewRequest(method, s.http.URL+Root+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.http.Client().Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	return res
}

// create makes a stream of a content type with an initial body.
func (s *server) create(path, contentType, body string, headers ...string) reply {
	s.t.Helper()
	r := s.do("PUT", path, body, append(headers, "Content-Type", contentType)...)
	if r.status != http.StatusCreated {
		s.t.Fatalf("create: %d %s", r.status, r.body)
	}
	return r
}

// push appends without HTTP.
func (s *server) push(path, contentType, data string, closing bool) {
	s.t.Helper()
	push(s.t, s.store, path, contentType, data, closing)
}

func push(t *testing.T, st *protocoltest.Store, path, contentType, data string, closing bool) {
	t.Helper()
	c := stream.Command{Op: stream.OpAppend, Name: nameOf(path), Data: []byte(data), Close: closing}
	if data != "" {
		c.ContentType = contentType
	}
	if _, err := st.Append(context.Background(), &c); err != nil {
		t.Fatal(err)
	}
}

func nameOf(path string) stream.Name { return stream.Name(stream.DefaultBucket + "/" + path) }

// expect compares a reply's status and headers; "" demands that a header is
// absent.
func (s *server) expect(r reply, status int, headers ...string) {
	s.t.Helper()
	if r.status != status {
		s.t.Errorf("status %d, want %d: %s", r.status, status, r.body)
	}
	for i := 0; i < len(headers); i += 2 {
		if got := r.header.Get(headers[i]); got != headers[i+1] {
			s.t.Errorf("%s: %q, want %q", headers[i], got, headers[i+1])
		}
	}
}

func offset(position uint64) string { return stream.FormatOffset(position) }

// hookedReader runs hooks around reads.
type hookedReader struct {
	store.Reader
	after func(*store.Page)
}

func (r *hookedReader) Read(ctx context.Context, name stream.Name, q store.ReadRequest) (*store.Page, error) {
	page, err := r.Reader.Read(ctx, name, q)
	if err == nil && r.after != nil {
		r.after(page)
	}
	return page, err
}

// once makes a hook that does something after the first read only.
func once(do func()) func(*store.Page) {
	done := false
	return func(*store.Page) {
		if !done {
			done = true
			do()
		}
	}
}

// sseEvent is one parsed event; comments have the kind ":".
type sseEvent struct{ kind, data string }

// sseReader parses events off a body as they come.
type sseReader struct {
	t *testing.T
	r *bufio.Reader
}

func newSSEReader(t *testing.T, body io.Reader) *sseReader {
	return &sseReader{t, bufio.NewReader(body)}
}

// next returns the next event, and false at the end.
func (s *sseReader) next() (sseEvent, bool) {
	var e sseEvent
	var lines []string
	for {
		line, err := s.r.ReadString('\n')
		if err == io.EOF {
			return e, false
		}
		if err != nil {
			s.t.Fatalf("event stream broke: %v", err)
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "\n":
			e.data = strings.Join(lines, "\n")
			return e, true
		case field == "":
			e.kind = ":"
		case field == "event":
			e.kind = value
		case field == "data":
			lines = append(lines, value)
		}
	}
}

// expect demands the next events, as kind and data in turn. Cursors are cut out.
func (s *sseReader) expect(want ...string) {
	s.t.Helper()
	for i := 0; i < len(want); i += 2 {
		e, ok := s.next()
		if !ok {
			s.t.Fatalf("end of events, want %s %q", want[i], want[i+1])
		}
		if e.kind != want[i] || withoutCursor(e.data) != want[i+1] {
			s.t.Fatalf("got %s %q, want %s %q", e.kind, withoutCursor(e.data), want[i], want[i+1])
		}
	}
}

func (s *sseReader) expectEnd() {
	s.t.Helper()
	if e, ok := s.next(); ok {
		s.t.Fatalf("got %s %q, want the end", e.kind, e.data)
	}
}

func withoutCursor(data string) string {
	before, after, found := strings.Cut(data, `,"streamCursor":"`)
	if !found {
		return data
	}
	_, after, _ = strings.Cut(after, `"`)
	return before + after
}

// control is the data of a control event without its cursor.
func control(next uint64, flags string) string {
	return `{"streamNextOffset":"` + offset(next) + `"` + flags + `}`
}

const (
	upToDate = `,"upToDate":true`
	atEnd    = `,"upToDate":true,"streamClosed":true`
)

// newRequest is a request that has only headers.
func newRequest(headers ...string) *http.Request {
	r := httptest.NewRequest("PUT", Root+"s", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}
