package bench

import (
	"bufio"
	"bytes"
	"io"
	"net/http/httputil"
)

// body returns the reader of a response's body. It must be read to its end before the next exchange.
func (c *conn) body(h head) io.Reader {
	switch {
	case h.chunked:
		return &chunkedBody{in: c.in, chunks: httputil.NewChunkedReader(c.in)}
	case h.length >= 0:
		return &exactly{in: c.in, left: h.length}
	}
	return c.in
}

// chunkedBody reads a chunked body together with the empty line after its last chunk,
// which httputil leaves to its caller.
type chunkedBody struct {
	in     *bufio.Reader
	chunks io.Reader
}

func (b *chunkedBody) Read(p []byte) (int, error) {
	n, err := b.chunks.Read(p)
	if err != io.EOF {
		return n, err
	}
	for { // trailers, if any, end with an empty line
		line, err := b.in.ReadSlice('\n')
		if err != nil {
			return n, noEOF(err)
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return n, io.EOF
		}
	}
}

// exactly reads a body of known length, and calls a short one an error.
type exactly struct {
	in   io.Reader
	left int64
}

func (b *exactly) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	n, err := b.in.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, noEOF(err)
}

// noEOF names an end that comes in the middle of a response.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
