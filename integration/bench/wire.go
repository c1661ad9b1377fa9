package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
)

// conn is a kept-alive HTTP/1.1 connection for one goroutine, with one request
// under way at most.
type conn struct {
	host string // for requests
	net  net.Conn
	in   *bufio.Reader
}

// readBuffer holds the head of a response, and a small body with it.
const readBuffer = 4 << 10

func dial(ctx context.Context, addr string) (*conn, error) {
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &conn{host: addr, net: nc, in: bufio.NewReaderSize(nc, readBuffer)}, nil
}

func (c *conn) close() { _ = c.net.Close() }

// head is the part of a response that a load generator looks at.
type head struct {
	status  int
	length  int64 // of the body; -1: until the connection closes
	chunked bool
	closes  bool   // the server ends the connection after the body
	next    string // Stream-Next-Offset
	atTail  bool   // Stream-Up-To-Date
	base64  bool   // stream-sse-data-encoding
}

// exchange sends a whole request, and receives its response without the body.
func (c *conn) exchange(request []byte) (head, error) {
	if _, err := c.net.Write(request); err != nil {
		return head{}, err
	}
	h, err := c.receive()
	if err != nil {
		return h, err
	}
	return h, c.skip(h)
}

// skip reads a body that nobody wants.
func (c *conn) skip(h head) error {
	_, err := io.Copy(io.Discard, c.body(h))
	return err
}

// exchangeHead is exchange for a HEAD request, whose response says a length and has no body.
func (c *conn) exchangeHead(request []byte) (head, error) {
	if _, err := c.net.Write(request); err != nil {
		return head{}, err
	}
	return c.receive()
}

// receive reads a response up to its body.
func (c *conn) receive() (head, error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return head{}, err
	}
	h := head{length: -1}
	if h.status, err = status(line); err != nil {
		return head{}, err
	}
	for {
		line, err = c.in.ReadSlice('\n')
		if err != nil {
			return head{}, noEOF(err)
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		h.field(line)
	}
	if h.status == 204 || h.status == 304 {
		h.length, h.chunked = 0, false
	}
	return h, nil
}

// status reads the three digits of "HTTP/1.1 204 No Content".
func status(line []byte) (int, error) {
	_, rest, found := bytes.Cut(line, []byte(" "))
	if !found || len(rest) < 3 || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return 0, fmt.Errorf("not an HTTP/1 response: %.40q", line)
	}
	return strconv.Atoi(string(rest[:3]))
}

// field notes what a header line says. It looks at a line's length first, since most lines are of no interest.
func (h *head) field(line []byte) {
	name, value, _ := bytes.Cut(line, []byte(":"))
	switch len(name) {
	case len("Connection"):
		h.closes = h.closes || is(name, "connection") && is(trim(value), "close")
	case len("Content-Length"):
		if is(name, "content-length") {
			h.length, _ = strconv.ParseInt(string(trim(value)), 10, 64)
		}
	case len("Transfer-Encoding"): // also Stream-Up-To-Date
		h.chunked = h.chunked || is(name, "transfer-encoding") && is(trim(value), "chunked")
		h.atTail = h.atTail || is(name, "stream-up-to-date") && is(trim(value), "true")
	case len("Stream-Next-Offset"):
		if is(name, "stream-next-offset") {
			h.next = string(trim(value))
		}
	case len("Stream-SSE-Data-Encoding"):
		h.base64 = h.base64 || is(name, "stream-sse-data-encoding")
	}
}

func is(word []byte, want string) bool { return bytes.EqualFold(word, []byte(want)) }

func trim(value []byte) []byte { return bytes.Trim(value, " \t") }
