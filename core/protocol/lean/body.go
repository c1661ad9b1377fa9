package lean

import (
	"io"
	"net/http"
)

// body is a request's body: what came with the head first, then what the
// connection brings, which goes straight to the memory of the reader.
type body struct {
	input  *input
	left   int // bytes that were not read yet
	closed bool
	err    error // why no more can come
}

// open begins a body of n bytes.
func (b *body) open(in *input, n int) io.ReadCloser {
	*b = body{input: in, left: n}
	if n == 0 {
		return http.NoBody
	}
	return b
}

// Read returns io.EOF with the last bytes.
func (b *body) Read(p []byte) (int, error) {
	switch {
	case b.closed:
		return 0, http.ErrBodyReadAfterClose
	case b.left == 0:
		return 0, io.EOF
	case b.err != nil:
		return 0, b.err
	case len(p) == 0:
		return 0, nil
	}
	n, err := b.input.Read(p[:min(len(p), b.left)])
	b.left -= n
	if err == nil && b.left == 0 {
		err = io.EOF
	}
	if err == io.EOF && b.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	b.err = err
	return n, err
}

// Close ends reading. What is left is dropped before the response is sent.
func (b *body) Close() error {
	b.closed = true
	return nil
}

// drop reads what the handler left, so that the next request can be found. It
// reports whether it could.
func (b *body) drop(scratch []byte) bool {
	b.closed = false
	for b.left > 0 {
		if _, err := b.Read(scratch); err != nil && err != io.EOF {
			return false
		}
	}
	b.closed = true
	return true
}
