package lean

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ursula/core/protocol/gather"
)

// handlers answer in all the ways that handlers have.
func handlers() map[string]http.HandlerFunc {
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<13)
	write := func(w io.Writer, p ...[]byte) {
		for _, part := range p {
			_, _ = w.Write(part)
		}
	}
	status := func(code int, body string, fields ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(fields); i += 2 {
				w.Header().Add(fields[i], fields[i+1])
			}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	return map[string]http.HandlerFunc{
		"nothing":            func(http.ResponseWriter, *http.Request) {},
		"200":                status(200, "body", "Content-Type", "text/plain"),
		"200 sniffed":        status(200, "<html>"),
		"200 sniffed, coded": status(200, "<html>", "Content-Encoding", "gzip"),
		"200 type removed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = []string{}
			write(w, large[:9])
		},
		"200 empty":       status(200, ""),
		"200 declared":    status(200, "body", "Content-Length", "4"),
		"200 declared 0":  status(200, "", "Content-Length", "0"),
		"200 too long":    status(200, "body!", "Content-Length", "4"),
		"200 too short":   status(200, "bo", "Content-Length", "4"),
		"200 close":       status(200, "body", "Connection", "close"),
		"201":             status(201, "", "Location", "http://x/s", "Stream-Next-Offset", "0"),
		"204":             status(204, "", "A", "1", "A", "2"),
		"204 with a body": status(204, "body", "Content-Length", "4", "Content-Type", "text/plain"),
		"304":             status(304, "", "Etag", `"1"`, "Content-Type", "text/plain", "Content-Length", "4"),
		"404":             status(404, "no", "Content-Type", "application/problem+json"),
		"418":             status(418, ""),
		"599":             status(599, "?"),
		"103 first":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"own Date":        status(200, "x", "Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
		"split value":     status(200, "x", "A", "b\r\nC: d", "E", "\nf "),
		"odd name":        status(200, "x", "A b", "c", "D\r\nE", "f", "", "g"),
		"late header":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200); w.Header().Set("A", "b") },
		"second status":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); w.WriteHeader(404) },
		"in parts":        func(w http.ResponseWriter, _ *http.Request) { write(w, large[:10], large[:0], large[:20]) },
		"large":           func(w http.ResponseWriter, _ *http.Request) { write(w, large) },
		"large in parts":  func(w http.ResponseWriter, _ *http.Request) { write(w, large[:100], large, large[:7]) },
		"large declared": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "131172")
			write(w, large[:100], large)
		},
		"large head": status(200, "body", "A", strings.Repeat("b", 3*blockSize), "Content-Type", "a/b"),
		"flushed": func(w http.ResponseWriter, _ *http.Request) {
			control := http.NewResponseController(w)
			write(w, large[:10])
			_ = control.Flush()
			write(w, large[:20])
			_ = control.Flush()
		},
		"gathered": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "131172")
			w.Header().Set("Content-Type", "a/b")
			_ = gather.Of(r).Send(w, [][]byte{large[:1], large[:99], large[:1<<16], large[1<<16:]})
		},
		"gathered, small": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "3")
			_ = gather.Of(r).Send(w, [][]byte{large[:1], large[:2]})
		},
	}
}

// TestResponsesAreNetHTTPs: a client that reads with net/http sees the same
// response, and the same end of the connection, as from net/http's server.
func TestResponsesAreNetHTTPs(t *testing.T) {
	for name, h := range handlers() {
		served, reference := start(t, h), startReference(t, h)
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE"} {
			request := method + " /s HTTP/1.1\r\nHost: x\r\n\r\n"
			got, want := answers(served.dial(), request), answers(dial(t, reference), request)
			if got[0].by != "lean" || want[0].by != "net/http" {
				t.Fatalf("%s: answered by %q and %q", name, got[0].by, want[0].by)
			}
			for i := range want {
				got[i].by, want[i].by = "", ""
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s to %s:\ngot  %s\nwant %s", name, method, brief(got), brief(want))
			}
		}
	}
}

// answer is a response as http.ReadResponse sees it.
type answer struct {
	by       string
	status   string
	header   string
	length   int64
	encoding string
	close    bool
	body     string
	failed   string
}

// answers sends a request twice and returns what comes until the end.
func answers(c *client, request string) []answer {
	c.send(request + request)
	_ = c.CloseWrite()
	method, _, _ := strings.Cut(request, " ")
	var all []answer
	for {
		r, err := http.ReadResponse(c.in, &http.Request{Method: method})
		if err != nil {
			return append(all, answer{failed: err.Error()})
		}
		body, err := io.ReadAll(r.Body)
		a := answer{by: r.Header.Get("Server"), status: r.Status, length: r.ContentLength,
			encoding: strings.Join(r.TransferEncoding, ","), close: r.Close, body: string(body)}
		if err != nil {
			a.failed = err.Error()
		}
		a.header = describe(r.Header)
		all = append(all, a)
	}
}

func brief(all []answer) string {
	for i := range all {
		all[i].body = all[i].body[:min(len(all[i].body), 80)]
		all[i].header = all[i].header[:min(len(all[i].header), 200)]
	}
	return fmt.Sprintf("%+v", all)
}

// describe writes a header down, without what differs between two servers or two
// seconds.
func describe(h http.Header) string {
	h.Del("Server")
	if h.Get("Date") != "Sun, 06 Nov 1994 08:49:37 GMT" && h.Get("Date") != "" {
		h.Set("Date", "now")
	}
	var b strings.Builder
	_ = h.Write(&b)
	return b.String()
}

// TestInvalidLength: net/http sends it on to those who ask with HEAD; here it is
// dropped for all.
func TestInvalidLength(t *testing.T) {
	b := start(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "x4")
		_, _ = io.WriteString(w, "body")
	})
	for _, method := range []string{"GET", "HEAD"} {
		c := b.dial()
		c.send(method + " /s HTTP/1.1\r\nHost: x\r\n\r\n")
		if r, _ := c.receive(method); r.ContentLength != 4 {
			t.Errorf("%s: %v", method, r)
		}
	}
}

// TestInvalidStatusPanics: as in net/http, so that faults are found early.
func TestInvalidStatusPanics(t *testing.T) {
	panicked := make(chan any, 1)
	c := start(t, func(w http.ResponseWriter, _ *http.Request) {
		defer func() { panicked <- recover() }()
		w.WriteHeader(1000)
	}).dial()
	c.send(echoing("/", ""))
	if <-panicked == nil {
		t.Error("a status of four digits is sent")
	}
	c.receive("POST")
}

// TestNoHijack: what a handler cannot have it is told it cannot have.
func TestNoHijack(t *testing.T) {
	c := start(t, func(w http.ResponseWriter, _ *http.Request) {
		if _, _, err := http.NewResponseController(w).Hijack(); err != nil {
			_, _ = io.WriteString(w, err.Error())
		}
	}).dial()
	c.send(echoing("/", ""))
	c.expect("lean", http.ErrNotSupported.Error())
}

// TestRequestsAreNetHTTPs: the handler sees the same request from both servers.
func TestRequestsAreNetHTTPs(t *testing.T) {
	seen := make(chan *http.Request, 1)
	look := func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		url := *r.URL
		copied := &http.Request{Method: r.Method, URL: &url, Proto: r.Proto, ProtoMajor: r.ProtoMajor, ProtoMinor: r.ProtoMinor,
			Header: r.Header.Clone(), Host: r.Host, ContentLength: r.ContentLength, RequestURI: r.RequestURI, RemoteAddr: r.RemoteAddr}
		copied.Header.Set("Body", string(body))
		seen <- copied
	}
	served, reference := start(t, look).dial(), dial(t, startReference(t, look))
	for _, request := range plain()[:6] {
		served.send(request)
		got := <-seen
		reference.send(request)
		want := <-seen
		compareRequests(t, got, int(got.ContentLength), want)
		if got.RemoteAddr != served.LocalAddr().String() {
			t.Errorf("RemoteAddr is %s, want %s", got.RemoteAddr, served.LocalAddr())
		}
	}
}
