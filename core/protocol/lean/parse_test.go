package lean

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

const post = "POST /v1/stream/a-b_c.d~e/2 HTTP/1.1\r\nHost: 127.0.0.1:4437\r\n" +
	"content-type: text/plain\r\nProducer-Id: p 1\r\nContent-Length: 5\r\n\r\nhello"

// plain are requests that must be served here, one or several in a row.
func plain() []string {
	return []string{
		post,
		"GET /v1/stream/s?offset=-1 HTTP/1.1\r\nHost: [::1]:80\r\nConnection: Keep-Alive\r\n\r\n",
		"HEAD / HTTP/1.1\r\nHost:x\r\nX-Empty:\r\nX-Tab:\t a\tb \t\r\n\r\n",
		"PUT /s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
		"DELETE /s/ HTTP/1.1\r\nHost: x\r\nCookie: a=b; c=\"d\"\r\n\r\n",
		"GET /s?cursor=1&offset=now HTTP/1.1\r\nx-odd!#$%&'*+.^_`|~: 1\r\nHOST: x\r\n\r\n",
		post + post + strings.Replace(post, "p 1", "p 2", 1),
	}
}

// foreign are requests that must be left alone, each with the reason.
func foreignRequests() map[string]string {
	field := func(lines string) string {
		return "POST /s HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n\r\n"
	}
	line := func(line string) string { return line + "\r\nHost: x\r\n\r\n" }
	return map[string]string{
		"CL and TE":             field("Content-Length: 3\r\nTransfer-Encoding: chunked"),
		"TE and CL":             field("Transfer-Encoding: chunked\r\nContent-Length: 3"),
		"TE":                    field("Transfer-Encoding: chunked"),
		"TE, case":              field("tRANSFER-eNCODING: chunked"),
		"TE, empty":             field("Transfer-Encoding:"),
		"TE, tab":               field("Transfer-Encoding:\tchunked"),
		"TE, space":             field("Transfer-Encoding : chunked"),
		"TE, leading space":     field(" Transfer-Encoding: chunked"),
		"TE, vertical tab":      field("Transfer-Encoding: \vchunked"),
		"CL twice, alike":       field("Content-Length: 3\r\nContent-Length: 3"),
		"CL twice, unlike":      field("Content-Length: 3\r\nContent-Length: 4"),
		"CL list":               field("Content-Length: 3, 3"),
		"CL plus":               field("Content-Length: +3"),
		"CL minus":              field("Content-Length: -3"),
		"CL zero first":         field("Content-Length: 03"),
		"CL hex":                field("Content-Length: 0x3"),
		"CL underscore":         field("Content-Length: 1_0"),
		"CL inner space":        field("Content-Length: 1 0"),
		"CL empty":              field("Content-Length:"),
		"CL too long":           field("Content-Length: 65537"),
		"CL overflow":           field("Content-Length: 18446744073709551617"),
		"CL, space before":      field("Content-Length : 3"),
		"CL, underscore name":   field("Content-Length: 3\r\ncontent-length: 3"),
		"bare LF in line":       "POST /s HTTP/1.1\nHost: x\r\n\r\n",
		"bare LF in field":      "POST /s HTTP/1.1\r\nHost: x\n\r\n",
		"bare LF at end":        "POST /s HTTP/1.1\r\nHost: x\r\n\n",
		"bare LF everywhere":    "POST /s HTTP/1.1\nHost: x\n\n",
		"bare CR in value":      field("A: b\rc"),
		"bare CR hides a field": field("A: b\rTransfer-Encoding: chunked"),
		"CR CR LF":              field("A: b\r"),
		"obs-fold, space":       field("A: b\r\n c"),
		"obs-fold, tab":         field("A: b\r\n\tContent-Length: 3"),
		"NUL in value":          field("A: b\x00c"),
		"NUL in name":           field("A\x00: b"),
		"obs-text":              field("A: \xe9"),
		"DEL":                   field("A: \x7f"),
		"no colon":              field("A"),
		"no name":               field(": b"),
		"name with space":       field("A b: c"),
		"name with tab":         field("A\t: c"),
		"name with paren":       field("A(b): c"),
		"field twice":           field("A: b\r\na: c"),
		"no Host":               "GET /s HTTP/1.1\r\nA: b\r\n\r\n",
		"Host empty":            "GET /s HTTP/1.1\r\nHost:\r\n\r\n",
		"Host twice":            field("Host: x"),
		"Host with path":        "GET /s HTTP/1.1\r\nHost: x/y\r\n\r\n",
		"Host with user":        "GET /s HTTP/1.1\r\nHost: u@x\r\n\r\n",
		"Host list":             "GET /s HTTP/1.1\r\nHost: x, y\r\n\r\n",
		"Expect":                field("Expect: 100-continue\r\nContent-Length: 3"),
		"Upgrade":               field("Connection: Upgrade\r\nUpgrade: h2c"),
		"Upgrade alone":         field("Upgrade: websocket"),
		"HTTP2-Settings":        field("HTTP2-Settings: AAMAAABkAAQAAP__"),
		"Connection close":      field("Connection: close"),
		"Connection names":      field("Connection: keep-alive, X-A"),
		"Trailer":               field("Trailer: A"),
		"TE field":              field("TE: trailers"),
		"Pragma":                field("Pragma: no-cache"),
		"absolute-form":         line("GET http://x/s HTTP/1.1"),
		"asterisk-form":         line("GET * HTTP/1.1"),
		"authority-form":        line("CONNECT x:80 HTTP/1.1"),
		"CONNECT":               line("CONNECT /s HTTP/1.1"),
		"OPTIONS":               line("OPTIONS /s HTTP/1.1"),
		"method, case":          line("get /s HTTP/1.1"),
		"encoded":               line("GET /a%2fb HTTP/1.1"),
		"double slash":          line("GET //s HTTP/1.1"),
		"inner double slash":    line("GET /a//s HTTP/1.1"),
		"dot":                   line("GET /a/./s HTTP/1.1"),
		"dot dot":               line("GET /a/../s HTTP/1.1"),
		"dot dot at the end":    line("GET /a/.. HTTP/1.1"),
		"backslash":             line("GET /a\\s HTTP/1.1"),
		"fragment":              line("GET /s#x HTTP/1.1"),
		"semicolon":             line("GET /s;x HTTP/1.1"),
		"no target":             line("GET  HTTP/1.1"),
		"two spaces":            line("GET  /s HTTP/1.1"),
		"space in target":       line("GET /s s HTTP/1.1"),
		"space at the end":      line("GET /s HTTP/1.1 "),
		"tab for space":         line("GET\t/s\tHTTP/1.1"),
		"leading CR LF":         "\r\nGET /s HTTP/1.1\r\nHost: x\r\n\r\n",
		"no request line":       "\r\nHost: x\r\n\r\n",
		"leading space":         line(" GET /s HTTP/1.1"),
		"HTTP/1.0":              line("GET /s HTTP/1.0"),
		"HTTP/1.2":              line("GET /s HTTP/1.2"),
		"HTTP/0.9":              line("GET /s"),
		"http/1.1":              line("GET /s http/1.1"),
		"HTTP/1.10":             line("GET /s HTTP/1.10"),
		"HTTP/2 preface":        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"live":                  line("GET /s?offset=-1&live=sse HTTP/1.1"),
		"live without a value":  line("GET /s?live HTTP/1.1"),
		"live encoded":          line("GET /s?l%69ve=sse HTTP/1.1"),
		"query with plus":       line("GET /s?a=b+c HTTP/1.1"),
		"query empty":           line("GET /s? HTTP/1.1"),
		"query twice":           line("GET /s?a?b HTTP/1.1"),
		"too many fields":       field(manyFields()),
	}
}

func manyFields() string {
	lines := make([]string, maxFields)
	for i := range lines {
		lines[i] = "A" + strings.Repeat("a", i) + ": b"
	}
	return strings.Join(lines, "\r\n")
}

func newRequest() *request {
	r := new(request)
	r.start(context.Background(), "192.0.2.1:1")
	return r
}

func TestForeign(t *testing.T) {
	for name, data := range foreignRequests() {
		if _, _, err := newRequest().parse([]byte(data)); err != errForeign {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBeginnings: a beginning of a plain head is never taken for anything else.
func TestBeginnings(t *testing.T) {
	for _, data := range plain() {
		r := newRequest()
		size, _, err := r.parse([]byte(data))
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		for n := range size {
			if _, _, err := r.parse([]byte(data[:n])); err != errIncomplete {
				t.Errorf("%q: %v", data[:n], err)
			}
		}
	}
}

func TestStringsAreUsedAgain(t *testing.T) {
	r := newRequest()
	data := []byte(post)
	allocs := testing.AllocsPerRun(1000, func() {
		if _, _, err := r.parse(data); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations for a request like the one before", allocs)
	}
}

// FuzzParse: of any bytes, what is taken is what net/http reads, request after
// request, and what is refused is refused however little of it is there.
func FuzzParse(f *testing.F) {
	for _, data := range plain() {
		f.Add([]byte(data), uint16(len(data)/2))
	}
	for _, data := range foreignRequests() {
		f.Add([]byte(post+data), uint16(len(post)+1))
	}
	f.Fuzz(func(t *testing.T, data []byte, split uint16) {
		beginning := data[:min(int(split), len(data))]
		if _, _, err := newRequest().parse(beginning); err == errForeign {
			if _, _, err := newRequest().parse(data); err != errForeign {
				t.Fatalf("%q is foreign, with more it is %v", beginning, err)
			}
		}
		r := newRequest()
		compareAll(t, r, data)
		compareAll(t, r, data)
	})
}

func compareAll(t *testing.T, r *request, data []byte) {
	reference := bufio.NewReader(bytes.NewReader(data))
	for {
		size, length, err := r.parse(data)
		if err != nil {
			return
		}
		want, err := http.ReadRequest(reference)
		if err != nil {
			t.Fatalf("%q was taken, net/http says %v", data, err)
		}
		compareRequests(t, &r.shown, length, want)
		if data = data[size:]; len(data) < length {
			return
		}
		body, err := io.ReadAll(want.Body)
		if err != nil || !bytes.Equal(body, data[:length]) {
			t.Fatalf("body %q, net/http reads %q, %v", data[:length], body, err)
		}
		data = data[length:]
	}
}

func compareRequests(t *testing.T, got *http.Request, length int, want *http.Request) {
	t.Helper()
	same := got.Method == want.Method && got.RequestURI == want.RequestURI && *got.URL == *want.URL &&
		got.Proto == want.Proto && got.ProtoMajor == want.ProtoMajor && got.ProtoMinor == want.ProtoMinor &&
		got.Host == want.Host && got.Close == want.Close && int64(length) == want.ContentLength &&
		got.TransferEncoding == nil && want.TransferEncoding == nil && want.Trailer == nil &&
		maps.EqualFunc(got.Header, want.Header, slices.Equal[[]string])
	if !same {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
}
