package protocol

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ursula/core/protocol/protocoltest"
)

// follow opens an SSE connection.
func (s *server) follow(path string) (*http.Response, *sseReader) {
	s.t.Helper()
	res := s.open("GET", path, "")
	s.t.Cleanup(func() { res.Body.Close() })
	return res, newSSEReader(s.t, res.Body)
}

func TestEventsOfText(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "text/plain", "one\n two\r\n\r\nevent: control\rdata: {}")
	res, r := s.follow("s?live=sse&offset=-1")
	s.expect(reply{status: res.StatusCode, header: res.Header}, 200,
		"Content-Type", "text/event-stream", "Cache-Control", "no-cache", "Content-Length", "",
		"Stream-SSE-Data-Encoding", "", "X-Content-Type-Options", "nosniff", "Access-Control-Allow-Origin", "*")
	r.expect("data", "one\n two\n\nevent: control\ndata: {}", "control", control(35, upToDate))
	s.push("s", "text/plain", " x\n", false)
	r.expect("data", " x\n", "control", control(38, upToDate))
	s.push("s", "text/plain", "end", true)
	r.expect("data", "end", "control", control(41, atEnd))
	r.expectEnd()
}

func TestEventsOfJSON(t *testing.T) {
	s := serve(t, nil)
	s.create("j", "application/json", `[{"n":1},{"n":2}]`)
	_, r := s.follow("j?live=sse&offset=-1")
	r.expect("data", "[{\"n\":1},\n{\"n\":2}]", "control", control(18, upToDate))
	s.do("POST", "j", "[[1,\r\n2], \"a\"]", "Content-Type", "application/json")
	e, _ := r.next()
	var messages []any
	if err := json.Unmarshal([]byte(e.data), &messages); err != nil || len(messages) != 2 {
		t.Errorf("%v in %q", err, e.data)
	}
}

func TestEventsOfBytes(t *testing.T) {
	s := serve(t, nil)
	s.create("b", "image/png", "")
	res, r := s.follow("b?live=sse&offset=now")
	s.expect(reply{status: res.StatusCode, header: res.Header}, 200, "Stream-SSE-Data-Encoding", "base64")
	r.expect("control", control(0, upToDate))
	s.push("b", "image/png", "\x00\r\n\xff", false)
	r.expect("data", base64.StdEncoding.EncodeToString([]byte("\x00\r\n\xff")), "control", control(4, upToDate))
}

func TestEventsOfClosedStream(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "text/plain", "all", "Stream-Closed", "true")
	for _, at := range []string{offset(3), "now"} {
		res, r := s.follow("s?live=sse&offset=" + at)
		s.expect(reply{status: res.StatusCode, header: res.Header}, 200, hStreamClosed, "true", hStreamUpToDate, "true")
		r.expect("control", control(3, atEnd))
		r.expectEnd()
	}
	s.expect(s.do("GET", "none?live=sse&offset=-1", ""), 404)
}

// Several data events while catching up, and upToDate only after the last.
func TestEventsCatchUpInPages(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "text/plain", "")
	text := strings.Repeat("aé", maxEventPage/3) + "tail" // a page ends inside é
	s.push("s", "text/plain", text, false)
	_, r := s.follow("s?live=sse&offset=-1")
	var got strings.Builder
	for upTo := false; !upTo; {
		data, _ := r.next()
		ctl, ok := r.next()
		if !ok || data.kind != "data" || ctl.kind != "control" {
			t.Fatalf("%s after %s", ctl.kind, data.kind)
		}
		got.WriteString(data.data)
		if upTo = strings.Contains(ctl.data, "upToDate"); upTo != (got.Len() == len(text)) {
			t.Fatalf("upToDate is %v at %d of %d", upTo, got.Len(), len(text))
		}
		if !strings.Contains(ctl.data, offset(uint64(got.Len()))) {
			t.Fatalf("%s at %d", ctl.data, got.Len())
		}
	}
	if got.String() != text {
		t.Error("the text came out otherwise")
	}
}

// A character that several appends made is sent when it is whole.
func TestEventsHoldUnfinishedCharacters(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "text/plain", "a\xf0\x9f")
	_, r := s.follow("s?live=sse&offset=-1")
	r.expect("data", "a", "control", control(1, upToDate))
	s.push("s", "text/plain", "\x98", false)
	s.push("s", "text/plain", "\x80b\xc3", false)
	r.expect("data", "😀b", "control", control(6, upToDate))
	s.push("s", "text/plain", "\xa9", false)
	r.expect("data", "é", "control", control(8, upToDate))
	s.push("s", "text/plain", "c\xc3", false)
	r.expect("data", "c", "control", control(9, upToDate))
	s.push("s", "", "", true)
	r.expect("data", "\xc3", "control", control(10, atEnd))
	r.expectEnd()
}

// What happens between the first read and the wait is not lost, and what ends
// the stream ends the connection.
func TestEventsBetweenReadAndWait(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(*server)
		want []string
	}{
		"append": {
			func(s *server) { s.push("s", "text/plain", "new", true) },
			[]string{"data", "new", "control", control(6, atEnd)},
		},
		"delete": {
			func(s *server) { _ = s.store.Delete(context.Background(), nameOf("s")) },
			nil,
		},
		"replace": {
			func(s *server) {
				_ = s.store.Delete(context.Background(), nameOf("s"))
				s.create("s", "text/plain", "other")
			},
			nil,
		},
		"leadership": {
			func(s *server) {
				s.store.Hub.WakeAll()
				s.push("s", "text/plain", "new", true)
			},
			[]string{"data", "new", "control", control(6, atEnd)},
		},
		"drain": {func(s *server) { s.h.stopLive() }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			reader := &hookedReader{}
			s := serve(t, func(o *Options) { reader.Reader, o.Reader = o.Reader, reader })
			s.create("s", "text/plain", "old")
			reader.after = once(func() { c.do(s) })
			_, r := s.follow("s?live=sse&offset=-1")
			r.expect("data", "old", "control", control(3, upToDate))
			r.expect(c.want...)
			r.expectEnd()
		})
	}
}

func TestEventsOverHTTP2(t *testing.T) {
	st := protocoltest.New()
	defer st.Close()
	h := newHandler(st, nil)
	ts := httptest.NewUnstartedServer(h)
	ts.EnableHTTP2 = true
	ts.StartTLS()
	defer ts.Close()
	s := &server{t, st, h, ts}
	s.create("s", "text/plain", "one")
	res, r := s.follow("s?live=sse&offset=-1")
	if res.ProtoMajor != 2 {
		t.Fatalf("protocol %s", res.Proto)
	}
	r.expect("data", "one", "control", control(3, upToDate))
	s.push("s", "text/plain", "two", false)
	r.expect("data", "two", "control", control(6, upToDate))
	s.push("s", "text/plain", "three", true)
	r.expect("data", "three", "control", control(11, atEnd))
	r.expectEnd()
}

// A reader that hangs up is noticed without anything being written.
func TestEventsHangUp(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "text/plain", "")
	conn, err := net.Dial("tcp", s.http.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET "+Root+"s?live=sse&offset=now HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil {
		t.Fatal(err)
	}
	if n := s.h.LiveReaders(); n != 1 {
		t.Fatalf("%d live readers, want 1", n)
	}
	conn.Close()
	<-s.h.live.drain() // lets nobody in, but ends nobody either
	if n := s.store.Hub.Watches(); n != 0 {
		t.Errorf("%d watches are left", n)
	}
}

func TestDrain(t *testing.T) {
	reader := &hookedReader{}
	s := serve(t, func(o *Options) { reader.Reader, o.Reader = o.Reader, reader })
	s.create("s", "text/plain", "x")
	_, r := s.follow("s?live=sse&offset=now")
	r.expect("control", control(1, upToDate))
	waits := make(chan struct{})
	reader.after = once(func() { close(waits) })
	polled := make(chan reply)
	go func() { polled <- s.do("GET", "s?live=long-poll&offset=now", "") }()
	<-waits
	if err := s.h.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	r.expectEnd()
	s.expect(<-polled, 204, hStreamUpToDate, "true")
	s.expect(s.do("GET", "s", ""), 503, "Retry-After", "1")
	s.expect(s.do("POST", "s", "x", "Content-Type", "text/plain"), 503)
}
