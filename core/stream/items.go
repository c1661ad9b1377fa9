package stream

import (
	"encoding/binary"
	"errors"
	"io"
)

// itemWriter writes a snapshot's items: kind, u32 length, body.
type itemWriter struct {
	w       io.Writer
	buf     []byte
	written int64
	err     error
}

func (e *itemWriter) raw(b []byte) {
	if e.err != nil {
		return
	}
	n, err := e.w.Write(b)
	e.written, e.err = e.written+int64(n), err
}

// item writes one item and reports whether to go on.
func (e *itemWriter) item(kind byte, body func([]byte) []byte) bool {
	e.buf = body(append(e.buf[:0], kind, 0, 0, 0, 0))
	if len(e.buf)-5 > maxSnapshotItem {
		e.err = errors.New("snapshot item is too large")
	}
	binary.LittleEndian.PutUint32(e.buf[1:], uint32(len(e.buf)-5))
	e.raw(e.buf)
	return e.err == nil
}

func readItem(r io.Reader) (kind byte, body []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.LittleEndian.Uint32(head[1:])
	if n > maxSnapshotItem {
		return 0, nil, ErrCodec
	}
	if n <= hotItemBytes {
		body = make([]byte, n)
		_, err = io.ReadFull(r, body)
		return head[0], body, err
	}
	// Grow with what is really there: a damaged length costs no memory.
	body, err = io.ReadAll(io.LimitReader(r, int64(n)))
	if err == nil && len(body) < int(n) {
		err = io.ErrUnexpectedEOF
	}
	return head[0], body, err
}
