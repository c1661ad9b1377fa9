package stream

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// Why a JSON body is refused.
var (
	ErrJSON       = errors.New("body is not valid JSON")
	ErrEmptyArray = errors.New("body is an empty JSON array")
)

// messageEnd follows every stored message. The newline is the message
// delimiter: FrameJSON leaves no other one in, so that the boundaries of a page
// are found by searching for a byte, and an array is made by adding brackets.
const messageEnd = ",\n"

// FrameJSON appends the stored form of a JSON body to dst: each message followed
// by ",\n". A top-level array is flattened by exactly one level (PROTOCOL.md
// 9.1.2). Bytes of a message are kept as they are, numbers and key order
// included, except that raw newlines between tokens, which carry no meaning,
// become spaces. An empty array gives ErrEmptyArray unless allowEmpty is set, in
// which case nothing is appended. body is not modified.
func FrameJSON(dst, body []byte, allowEmpty bool) ([]byte, error) {
	if !json.Valid(body) || !utf8.Valid(body) {
		return dst, ErrJSON
	}
	body = bytes.Trim(body, jsonSpace)
	if body[0] != '[' {
		return appendMessage(dst, body), nil
	}
	inner := bytes.Trim(body[1:len(body)-1], jsonSpace)
	if len(inner) == 0 {
		if allowEmpty {
			return dst, nil
		}
		return dst, ErrEmptyArray
	}
	return appendElements(dst, inner), nil
}

// CutJSON returns the length of the longest prefix of stored that ends at a
// message boundary; 0 when there is none.
func CutJSON(stored []byte) int { return bytes.LastIndexByte(stored, '\n') + 1 }

// CountJSON returns how many messages end in stored.
func CountJSON(stored []byte) int { return bytes.Count(stored, []byte{'\n'}) }

// SkipJSON returns the length of the first n messages of stored, and how many
// of the n it found.
func SkipJSON(stored []byte, n uint64) (length int, found uint64) {
	for found < n {
		i := bytes.IndexByte(stored[length:], '\n')
		if i < 0 {
			break
		}
		length += i + 1
		found++
	}
	return length, found
}

const jsonSpace = " \t\r\n"

// appendElements splits the inside of a valid, non-empty array at its own
// commas.
func appendElements(dst, inner []byte) []byte {
	depth, start, quoted := 0, 0, false
	for i := 0; i < len(inner); i++ {
		c := inner[i]
		switch {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			dst = appendMessage(dst, bytes.Trim(inner[start:i], jsonSpace))
			start = i + 1
		}
	}
	return appendMessage(dst, bytes.Trim(inner[start:], jsonSpace))
}

func appendMessage(dst, message []byte) []byte {
	from := len(dst)
	dst = append(dst, message...)
	for i, c := range dst[from:] {
		if c == '\n' || c == '\r' {
			dst[from+i] = ' '
		}
	}
	return append(dst, messageEnd...)
}
