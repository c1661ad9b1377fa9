package protocol

import (
	"context"
	"strconv"
	"testing"
	"time"

	"ursula/core/protocol/store"
)

func TestLongPollAnswersAtOnce(t *testing.T) {
	s := serve(t, nil)
	s.create("s", "text/plain", "hello")
	r := s.do("GET", "s?live=long-poll&offset=-1", "")
	s.expect(r, 200, hStreamNextOffset, offset(5), hStreamUpToDate, "true", "Etag", `"1:0:5"`)
	if r.body != "hello" || r.header.Get(hStreamCursor) == "" {
		t.Errorf("read %q with cursor %q", r.body, r.header.Get(hStreamCursor))
	}
	s.push("s", "", "", true)
	for _, at := range []string{offset(5), "now"} {
		s.expect(s.do("GET", "s?live=long-poll&offset="+at, ""), 204, hStreamClosed, "true",
			hStreamUpToDate, "true", hStreamNextOffset, offset(5), hStreamCursor, "", "Cache-Control", "no-store")
	}
	s.expect(s.do("GET", "none?live=long-poll&offset=now", ""), 404)
}

// What happens between the read and the wait must end the wait. A server that
// watches too late hangs here.
func TestLongPollBetweenReadAndWait(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*testing.T, *server)
		want func(*server, reply)
	}{
		{
			"append",
			func(t *testing.T, s *server) { s.push("s", "text/plain", "new", false) },
			func(s *server, r reply) {
				s.expect(r, 200, hStreamNextOffset, offset(6), hStreamUpToDate, "true", hStreamClosed, "", "Content-Length", "3")
			},
		},
		{
			"append and close",
			func(t *testing.T, s *server) { s.push("s", "text/plain", "new", true) },
			func(s *server, r reply) {
				s.expect(r, 200, hStreamNextOffset, offset(6), hStreamClosed, "true", "Etag", `"1:3:6:c"`)
			},
		},
		{
			"close",
			func(t *testing.T, s *server) { s.push("s", "", "", true) },
			func(s *server, r reply) { s.expect(r, 204, hStreamNextOffset, offset(3), hStreamClosed, "true") },
		},
		{
			"delete",
			func(t *testing.T, s *server) {
				if err := s.store.Delete(context.Background(), nameOf("s")); err != nil {
					t.Error(err)
				}
			},
			func(s *server, r reply) { s.expect(r, 404) },
		},
		{
			"leadership",
			func(t *testing.T, s *server) {
				s.store.Hub.WakeAll()
				s.push("s", "text/plain", "new", false)
			},
			func(s *server, r reply) { s.expect(r, 200, hStreamNextOffset, offset(6)) },
		},
		{
			"drain",
			func(t *testing.T, s *server) { s.h.stopLive() },
			func(s *server, r reply) {
				s.expect(r, 204, hStreamNextOffset, offset(3), hStreamUpToDate, "true", hStreamClosed, "")
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			reader := &hookedReader{}
			s := serve(t, func(o *Options) { reader.Reader, o.Reader = o.Reader, reader })
			s.create("s", "text/plain", "old")
			reader.after = once(func() { c.do(t, s) })
			c.want(s, s.do("GET", "s?live=long-poll&offset="+offset(3), ""))
		})
	}
}

func TestLongPollTimesOut(t *testing.T) {
	s := serve(t, func(o *Options) { o.LongPoll = 1 })
	s.create("s", "application/json", "[1]")
	r := s.do("GET", "s?live=long-poll&offset=now", "")
	s.expect(r, 204, hStreamNextOffset, offset(3), hStreamUpToDate, "true", hStreamClosed, "", "Cache-Control", "no-store")
	if _, err := strconv.Atoi(r.header.Get(hStreamCursor)); err != nil {
		t.Errorf("cursor: %v", err)
	}
}

// An answer that events brought is the same as one that was read.
func TestLongPollOfEventsIsAPage(t *testing.T) {
	reader := &hookedReader{}
	s := serve(t, func(o *Options) { reader.Reader, o.Reader = o.Reader, reader })
	s.create("s", "application/json", "[]")
	reads := 0
	reader.after = func(*store.Page) {
		if reads++; reads == 1 {
			s.push("s", "application/json", "1,\n", false)
			s.push("s", "application/json", "{\"a\":2},\n3,\n", false)
		}
	}
	polled := s.do("GET", "s?live=long-poll&offset=-1", "")
	if reads != 1 {
		t.Errorf("the stream was read %d times", reads)
	}
	read := s.do("GET", "s", "")
	if polled.body != read.body || polled.body != "[1,\n{\"a\":2},\n3]" {
		t.Errorf("polled %q, read %q", polled.body, read.body)
	}
	for _, name := range []string{"Etag", hStreamNextOffset, hStreamUpToDate, "Content-Type", "Cache-Control"} {
		s.expect(polled, 200, name, read.header.Get(name))
	}
}

func TestCursors(t *testing.T) {
	now := time.Unix(cursorEpoch+20*1000, 0)
	jitter := 0
	h := newHandler(nil, func(o *Options) {
		o.Now = func() time.Time { return now }
		o.Random = func(int) int { return jitter }
	})
	for _, c := range []struct {
		client uint64
		jitter int
		want   uint64
	}{
		{0, 0, 1000}, {999, 0, 1000}, {1000, 0, 1001}, {1000, 19, 1001}, {1000, 20, 1002}, {1000, 3599, 1180}, {5000, 0, 5001},
	} {
		jitter = c.jitter
		if got := h.nextCursor(c.client); got != c.want {
			t.Errorf("cursor after %d with jitter %d is %d, want %d", c.client, c.jitter, got, c.want)
		}
	}
	if want := time.Date(2024, 10, 9, 0, 0, 0, 0, time.UTC).Unix(); want != cursorEpoch {
		t.Errorf("the epoch is %d, want %d", cursorEpoch, want)
	}
}
