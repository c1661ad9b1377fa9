package protocol

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ursula/core/protocol/protocoltest"
	"ursula/core/protocol/sse"
	"ursula/core/stream"
)

// sink is a ResponseWriter that costs next to nothing.
type sink struct{ head http.Header }

func (s *sink) Header() http.Header         { return s.head }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(int)             { clear(s.head) }

// instant is a Writer that stores nothing.
type instant struct{}

func (instant) Create(context.Context, *stream.Command) (stream.Result, error) {
	return stream.Result{}, nil
}
func (instant) Append(context.Context, *stream.Command) (stream.Result, error) {
	return stream.Result{Next: 42}, nil
}
func (instant) Delete(context.Context, stream.Name) error { return nil }

// BenchmarkAppend is what a POST costs between net/http and the store, and what
// a handler that only reads the body costs.
func BenchmarkAppend(b *testing.B) {
	payload := strings.Repeat("x", 256)
	run := func(b *testing.B, h http.Handler, contentType, payload string) {
		body := strings.NewReader(payload)
		r := &http.Request{
			Method: "POST", URL: &url.URL{Path: "/v1/stream/bench/stream-1"}, ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"Content-Type": {contentType}}, ContentLength: body.Size(), Body: io.NopCloser(body),
		}
		w := &sink{http.Header{}}
		b.ReportAllocs()
		for b.Loop() {
			body.Reset(payload)
			h.ServeHTTP(w, r)
		}
	}
	b.Run("bare", func(b *testing.B) {
		run(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var scratch [512]byte
			_, _ = r.Body.Read(scratch[:])
			w.WriteHeader(http.StatusNoContent)
		}), "text/plain", payload)
	})
	h := New(Options{Writer: instant{}})
	b.Run("text", func(b *testing.B) { run(b, h, "text/plain", payload) })
	b.Run("json", func(b *testing.B) { run(b, h, "application/json", `{"k":"`+payload[:248]+`"}`) })
}

// BenchmarkFanOut is what one event costs per subscriber, up to the connection.
func BenchmarkFanOut(b *testing.B) {
	for _, own := range []bool{false, true} {
		b.Run(fmt.Sprintf("own=%v", own), func(b *testing.B) { benchmarkFanOut(b, own) })
	}
}

type nowhere struct{}

func (nowhere) send([]byte) error { return nil }
func (nowhere) chunked() bool     { return true }
func (nowhere) end()              {}

func benchmarkFanOut(b *testing.B, own bool) {
	st := protocoltest.New()
	defer st.Close()
	f := &follower{h: newHandler(st, nil), wire: nowhere{}, id: 1, encoding: sse.Text}
	if own {
		f.cursor = 1 << 60
	}
	w, err := st.Watch("v1/s")
	if err != nil {
		b.Fatal(err)
	}
	data := bytes.Repeat([]byte("x"), 256)
	st.Hub.Publish([]stream.Event{{Name: "v1/s", ID: 1, To: 256, Data: data}})
	f.watch = w
	entries, _ := w.Next(nil, 1, 0)
	b.ReportAllocs()
	for b.Loop() {
		f.pos = 0
		f.sendEntries(entries)
	}
}
