package lean

import (
	"bytes"
	"errors"
	"strings"
)

// Limits of a plain request. One that is above any of them is net/http's.
const (
	maxHead   = blockSize // bytes of request line and header fields
	maxFields = 32
	maxBody   = 64 << 10
)

// liveQuery occurs in the query of a reader that waits. Its handler must learn
// that the client went away, or take the connection over.
const liveQuery = "live"

var (
	errIncomplete = errors.New("head is not complete")
	errForeign    = errors.New("request is not plain")
)

// target is what a request line asks for. The strings share memory.
type target struct {
	line   string // without its end
	method string
	uri    string
	path   string
	query  string
}

// parseTarget reads a request line. Path and query have no character that
// decoding or cleaning would change.
func parseTarget(line []byte) (t target, ok bool) {
	t.line = string(line)
	method, rest, _ := strings.Cut(t.line, " ")
	uri, version, _ := strings.Cut(rest, " ")
	if !isTaken(method) || version != "HTTP/1.1" {
		return t, false
	}
	t.method, t.uri = method, uri
	var hasQuery bool
	t.path, t.query, hasQuery = strings.Cut(uri, "?")
	return t, isPlainPath(t.path) && (!hasQuery || isPlainQuery(t.query))
}

func isTaken(method string) bool {
	switch method {
	case "POST", "GET", "PUT", "HEAD", "DELETE":
		return true
	}
	return false
}

func isPlainPath(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.Contains(path, "//") || strings.Contains(path, "/.") {
		return false
	}
	return consistsOf(path, func(c byte) bool { return c == '/' || isUnreserved(c) })
}

func isPlainQuery(query string) bool {
	if query == "" || strings.Contains(query, liveQuery) {
		return false
	}
	return consistsOf(query, func(c byte) bool { return c == '=' || c == '&' || isUnreserved(c) })
}

// purpose is what a field means for the framing.
type purpose uint8

const (
	payload purpose = iota // nothing
	host
	length
)

// field is a header field line. The strings share memory, unless the name had to
// be made canonical.
type field struct {
	line    string // without its end
	name    string // canonical
	value   [1]string
	purpose purpose
	length  int // of the body, from Content-Length
}

// parseField reads a field line. It refuses fields that change how a message is
// framed or a connection is used.
func parseField(line []byte) (f field, ok bool) {
	f.line = string(line)
	name, value, found := strings.Cut(f.line, ":")
	value = strings.Trim(value, " \t")
	if !found || name == "" || !consistsOf(name, isTokenByte) || !consistsOf(value, isValueByte) {
		return f, false
	}
	f.name, f.value[0] = canonical(name), value
	return f, f.interpret()
}

// interpret works out the field's purpose, or refuses it.
func (f *field) interpret() (ok bool) {
	value := f.value[0]
	switch f.name {
	case "Host":
		f.purpose = host
		return value != "" && consistsOf(value, isHostByte)
	case "Content-Length":
		f.purpose = length
		f.length, ok = parseLength(value)
		return ok
	case "Connection":
		return strings.EqualFold(value, "keep-alive")
	case "Transfer-Encoding", "Expect", "Upgrade", "Trailer", "Te", "Http2-Settings":
		return false
	case "Pragma": // net/http makes a Cache-Control of it
		return false
	}
	return true
}

// parseLength reads a length in its only form, up to maxBody.
func parseLength(text string) (n int, ok bool) {
	if text == "" || len(text) > 5 || len(text) > 1 && text[0] == '0' {
		return 0, false
	}
	for _, c := range []byte(text) {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n <= maxBody
}

// cutLine takes the first line from head. A line ends with CR LF; a lone LF makes
// the request foreign, and a lone CR is no byte of any line.
func cutLine(head []byte) (line, rest []byte, err error) {
	end := bytes.IndexByte(head, '\n')
	switch {
	case end < 0:
		return nil, head, errIncomplete
	case end == 0 || head[end-1] != '\r':
		return nil, head, errForeign
	}
	return head[:end-1], head[end+1:], nil
}
