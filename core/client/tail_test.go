package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// collect follows a stream to its end.
func collect(t *testing.T, s *Stream, from Offset, mode Mode) []byte {
	t.Helper()
	var got []byte
	for b, err := range s.Tail(t.Context(), from, mode) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b.Data...)
	}
	return got
}

// TestTailSurvivesACutAtEveryByte breaks the first answer after each of its bytes in
// turn, and every later answer a little further on.
func TestTailSurvivesACutAtEveryByte(t *testing.T) {
	cases := map[string]struct {
		mediaType string
		mode      Mode
		longest   int
	}{
		"SSE base64": {"application/octet-stream", Auto, 300},
		"SSE text":   {"text/plain", SSE, 300},
		"long-poll":  {"text/plain", Auto, 8},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for at := range c.longest {
				f := &fake{mediaType: c.mediaType, data: []byte("abcdefg"), pageSize: 4, closed: true}
				f.cut = func(n int) int {
					if n < 2 {
						return at + n
					}
					return -1
				}
				if got := collect(t, serve(t, f), Start, c.mode); !bytes.Equal(got, f.data) {
					t.Fatalf("cut at %d: got %q", at, got)
				}
			}
		})
	}
}

func TestTailFromNowSkipsNothingThatArrivesLater(t *testing.T) {
	f := &fake{mediaType: "text/plain", data: []byte("old"), pageSize: 100}
	f.refuse = []http.Handler{http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		f.data, f.closed = append(f.data, "new"...), true // while the first connection breaks
		panic(http.ErrAbortHandler)
	})}
	if got := collect(t, serve(t, f), Now, Auto); string(got) != "new" {
		t.Fatalf("got %q", got)
	}
}

func TestTailEchoesTheCursor(t *testing.T) {
	f := &fake{mediaType: "text/plain", data: []byte("abcd"), pageSize: 2, closed: true}
	collect(t, serve(t, f), Start, LongPoll)
	want := []string{"GET live=long-poll&offset=-1", "GET cursor=c1&live=long-poll&offset=o000002"}
	if strings.Join(f.log(), ", ") != strings.Join(want, ", ") {
		t.Fatalf("got %q", f.log())
	}
}

func TestEmptyLongPollDoesNotMoveTheReader(t *testing.T) {
	f := &fake{mediaType: "text/plain", data: []byte("ab"), pageSize: 9, closed: true}
	f.refuse = []http.Handler{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(headerNext, f.offset(2)) // a tail from after the timeout
		w.WriteHeader(http.StatusNoContent)
	})}
	if got := collect(t, serve(t, f), Start, LongPoll); string(got) != "ab" {
		t.Fatalf("got %q", got)
	}
}

func TestTailHonoursRetryAfter(t *testing.T) {
	f := &fake{mediaType: "text/plain", data: []byte("ab"), pageSize: 9, closed: true}
	f.refuse = []http.Handler{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "37")
		w.WriteHeader(http.StatusServiceUnavailable)
	})}
	s := serve(t, f)
	var pauses []time.Duration
	s.pause = func(_ context.Context, d time.Duration) error {
		pauses = append(pauses, d)
		return nil
	}
	collect(t, s, Start, SSE)
	if len(pauses) != 1 || pauses[0] != 37*time.Second {
		t.Fatalf("paused %v", pauses)
	}
}

func TestTailGivesUp(t *testing.T) {
	gone := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	drop := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	silent := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
	})
	html := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/html") })
	repeat := func(h http.Handler) []http.Handler { return []http.Handler{h, h, h, h, h, h, h, h, h, h} }
	cases := map[string]struct {
		refuse   []http.Handler
		want     error
		requests int
	}{
		"at once on a refusal":                 {repeat(gone), ErrGone, 1},
		"at once on a broken protocol":         {repeat(html), ErrProtocol, 1},
		"after lost connections":               {repeat(drop), nil, 8},
		"after connections that bring nothing": {repeat(silent), nil, 8},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := &fake{mediaType: "application/json", refuse: c.refuse}
			var last error
			for _, err := range serve(t, f).Tail(t.Context(), Start, Auto) {
				last = err
			}
			if last == nil || (c.want != nil && !errors.Is(last, c.want)) || f.sent() != c.requests {
				t.Fatalf("%v after %d requests", last, f.sent())
			}
		})
	}
}

// TestReaderIsNotLedBack plays a server that showed bytes before they were safe, and lost
// them in a crash.
func TestReaderIsNotLedBack(t *testing.T) {
	for _, mode := range []Mode{SSE, LongPoll} {
		f := &fake{mediaType: "text/plain", data: []byte("abcdef"), pageSize: 3}
		lost := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(headerNext, f.offset(1))
			if mode == SSE {
				w.Header().Set("Content-Type", "text/event-stream")
				fmt.Fprintf(w, "event: control\ndata: {\"streamNextOffset\":%q,\"upToDate\":true}\n\n", f.offset(1))
			}
		})
		f.refuse = []http.Handler{nil, lost}
		f.cut = func(int) int { return 150 } // behind the first of two SSE batches
		var got []byte
		var last error
		for b, err := range serve(t, f).Tail(t.Context(), Start, mode) {
			got, last = append(got, b.Data...), err
		}
		if string(got) != "abc" || !errors.Is(last, ErrRewound) {
			t.Errorf("mode %d: read %q, %v", mode, got, last)
		}
	}
}

func TestTailEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := &fake{mediaType: "application/json"}
	f.refuse = []http.Handler{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	})}
	for _, err := range serve(t, f).Tail(ctx, Start, Auto) {
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
}

func TestTailLoopMayBeLeft(t *testing.T) {
	f := &fake{mediaType: "application/octet-stream", data: []byte("abcdef"), pageSize: 2}
	for b, err := range serve(t, f).Tail(t.Context(), Start, Auto) {
		if err != nil || string(b.Data) != "ab" {
			t.Fatal(b, err)
		}
		break
	}
	if f.sent() != 1 {
		t.Fatalf("requests %q", f.log())
	}
}
