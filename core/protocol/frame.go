package protocol

import (
	"ursula/core/protocol/sse"
	"ursula/core/stream"
)

// frame is an event as its subscribers receive it: a data event in one HTTP
// chunk and a control event in another, in one piece of memory. Nothing in it
// changes, and all subscribers share it.
type frame struct {
	wire    []byte
	control int // where the control event's chunk begins; 0 when there is no data
	held    int // bytes of an unfinished character at the end of text, left out
}

// encoder makes frames; its results are all *frame.
type encoder func(*stream.Event) any

// newEncoders returns the encoder of each sse.Encoding. Their control events
// carry the interval of the moment as cursor.
func newEncoders(interval func() uint64) [3]encoder {
	var encoders [3]encoder
	for i := range encoders {
		encoders[i] = func(e *stream.Event) any {
			return encodeFrame(e, sse.Encoding(i), interval())
		}
	}
	return encoders
}

func encodeFrame(e *stream.Event, encoding sse.Encoding, cursor uint64) *frame {
	f := &frame{}
	if encoding == sse.Text && !e.Closed {
		f.held = sse.Unfinished(e.Data)
	}
	out := writer{chunked: true, buf: make([]byte, 0, frameSize(e, encoding))}
	out.data(encoding, [][]byte{e.Data[:len(e.Data)-f.held]})
	f.control = len(out.buf)
	out.control(sse.Control{Next: e.To, Cursor: cursor, UpToDate: true, Closed: e.Closed})
	f.wire = out.buf
	return f
}

// frameSize guesses a frame's size from above for most data.
func frameSize(e *stream.Event, encoding sse.Encoding) int {
	n := len(e.Data) + len(e.Data)/16
	if encoding == sse.Base64 {
		n = (len(e.Data)+2)/3*4 + 4
	}
	return n + 240
}

// writer builds events for one connection: in HTTP chunks when the connection is
// ours, bare when the server frames what it is given.
type writer struct {
	buf     []byte
	chunked bool
}

// data adds a data event, or nothing when there are no bytes.
func (o *writer) data(encoding sse.Encoding, parts [][]byte) {
	for _, part := range parts {
		if len(part) > 0 {
			start := o.begin()
			o.buf = sse.AppendData(o.buf, encoding, parts)
			o.end(start)
			return
		}
	}
}

func (o *writer) control(c sse.Control) {
	start := o.begin()
	o.buf = sse.AppendControl(o.buf, c)
	o.end(start)
}

func (o *writer) comment() {
	start := o.begin()
	o.buf = append(o.buf, sse.Comment...)
	o.end(start)
}

// shared adds a part of a frame.
func (o *writer) shared(chunk []byte) {
	if !o.chunked && len(chunk) > 0 {
		chunk = chunk[chunkHeader : len(chunk)-len(chunkEnd)]
	}
	o.buf = append(o.buf, chunk...)
}

// A chunk's length is written with leading zeros, so that it can be filled in
// when the chunk is complete.
const (
	chunkDigits = 8
	chunkHeader = chunkDigits + len(chunkEnd)
	chunkEnd    = "\r\n"
	lastChunk   = "0\r\n\r\n"
)

func (o *writer) begin() int {
	if o.chunked {
		o.buf = append(o.buf, "00000000\r\n"...)
	}
	return len(o.buf)
}

func (o *writer) end(start int) {
	if !o.chunked {
		return
	}
	length := len(o.buf) - start
	for i := start - len(chunkEnd) - 1; length > 0; i-- {
		o.buf[i] = "0123456789abcdef"[length&15]
		length >>= 4
	}
	o.buf = append(o.buf, chunkEnd...)
}
