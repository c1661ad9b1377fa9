// Package sse turns stream bytes into Server-Sent Events (PROTOCOL.md 5.8). It
// owns the text of events: how data of each kind of stream becomes data lines,
// the control event, and where UTF-8 text may be cut. Whatever the bytes are,
// they cannot end an event or begin another. It does not know connections,
// chunks or time.
package sse

import (
	"bytes"
	"strconv"
	"strings"

	"ursula/core/stream"
)

// Encoding is how data travels in an event.
type Encoding uint8

const (
	Text   Encoding = iota // as it is; every kind of line end becomes "\n"
	JSON                   // framed messages, as one array
	Base64                 // standard base64 with padding, on one line
)

// EncodingOf returns the encoding for streams of a content type.
func EncodingOf(contentType string) Encoding {
	media := stream.MediaType(contentType)
	switch {
	case media == "application/json":
		return JSON
	case strings.HasPrefix(media, "text/"):
		return Text
	}
	return Base64
}

// Comment is an event that readers ignore; it keeps connections alive.
const Comment = ":\n\n"

const (
	dataEvent    = "event: data\n"
	controlEvent = "event: control\ndata:"
	field        = "data:"
)

// AppendData appends a data event with the bytes of parts. For JSON they must
// be whole framed messages, at least one.
func AppendData(dst []byte, encoding Encoding, parts [][]byte) []byte {
	dst = append(dst, dataEvent...)
	dst = append(dst, field...)
	switch encoding {
	case JSON:
		dst = appendJSON(dst, parts)
	case Base64:
		dst = appendBase64(dst, parts)
	default:
		dst = appendText(dst, parts)
	}
	return append(dst, "\n\n"...)
}

// Control is what a control event says.
type Control struct {
	Next     uint64 // offset to go on from
	Cursor   uint64 // left out when Closed
	UpToDate bool
	Closed   bool // implies UpToDate
}

// AppendControl appends a control event.
func AppendControl(dst []byte, c Control) []byte {
	dst = append(dst, controlEvent+`{"streamNextOffset":"`...)
	dst = stream.AppendOffset(dst, c.Next)
	dst = append(dst, '"')
	if !c.Closed {
		dst = append(dst, `,"streamCursor":"`...)
		dst = strconv.AppendUint(dst, c.Cursor, 10)
		dst = append(dst, '"')
	}
	if c.UpToDate || c.Closed {
		dst = append(dst, `,"upToDate":true`...)
	}
	if c.Closed {
		dst = append(dst, `,"streamClosed":true`...)
	}
	return append(dst, "}\n\n"...)
}

// appendJSON writes an array with a message per line. A delimiter is written
// only once something follows it; the comma after the last message goes.
func appendJSON(dst []byte, parts [][]byte) []byte {
	dst = append(dst, '[')
	ended := false
	for _, part := range parts {
		for len(part) > 0 {
			if ended {
				dst = append(dst, "\n"+field...)
			}
			line := part
			end := bytes.IndexByte(part, '\n')
			if ended = end >= 0; ended {
				line = part[:end]
			}
			dst = append(dst, line...)
			part = part[min(len(line)+1, len(part)):]
		}
	}
	return append(bytes.TrimSuffix(dst, []byte{','}), ']')
}
