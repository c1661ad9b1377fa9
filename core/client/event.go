package client

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// event is one server-sent event. Its data lines are joined with line feeds.
type event struct {
	name string
	data []byte
}

// eventReader splits a response into events. Lines end with LF, CR or CRLF; comments and
// fields other than event and data are skipped; an event that the end of the response
// cuts off is dropped, all as the SSE standard has it.
type eventReader struct {
	in      *bufio.Reader
	limit   int64 // bytes of one event
	afterCR bool  // the last line ended with CR: an LF that follows belongs to it
	line    []byte
}

func newEventReader(r io.Reader, limit int64) *eventReader {
	return &eventReader{in: bufio.NewReader(r), limit: limit}
}

// next returns the next event with data; its slice is the caller's. It returns io.EOF
// at the end of the response.
func (r *eventReader) next() (event, error) {
	var e event
	var size int64
	for {
		line, err := r.readLine()
		if err != nil {
			return event{}, err
		}
		if size += int64(len(line)); size > r.limit {
			return event{}, fmt.Errorf("%w: an event holds more than %d bytes", ErrTooLarge, r.limit)
		}
		if len(line) == 0 {
			if e.data != nil {
				return e, nil
			}
			e, size = event{}, 0
			continue
		}
		e.field(line)
	}
}

// field adds one line to the event.
func (e *event) field(line []byte) {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "event":
		e.name = string(value)
	case "data":
		if e.data == nil {
			e.data = make([]byte, 0, len(value))
		} else {
			e.data = append(e.data, '\n')
		}
		e.data = append(e.data, value...)
	}
}

// readLine returns a line without its end, valid until the next call. A CR ends a line
// at once: to look for its LF would mean to wait for bytes that may be long in coming.
func (r *eventReader) readLine() ([]byte, error) {
	r.line = r.line[:0]
	for {
		b, err := r.in.ReadByte()
		if err != nil {
			return nil, err
		}
		afterCR := r.afterCR
		r.afterCR = b == '\r'
		switch {
		case b == '\n' && afterCR && len(r.line) == 0:
			continue
		case b == '\n' || b == '\r':
			return r.line, nil
		}
		if r.line = append(r.line, b); int64(len(r.line)) > r.limit {
			return nil, fmt.Errorf("%w: a line holds more than %d bytes", ErrTooLarge, r.limit)
		}
	}
}
