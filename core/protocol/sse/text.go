package sse

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"
)

// appendText writes a data line per line of text. A reader takes one space away
// after the colon, so a line that begins with one gets another.
func appendText(dst []byte, parts [][]byte) []byte {
	fresh, afterCR := true, false
	for _, part := range parts {
		if afterCR && len(part) > 0 && part[0] == '\n' {
			part = part[1:]
			afterCR = false
		}
		for len(part) > 0 {
			line, rest, end := cutLine(part)
			if fresh && len(line) > 0 && line[0] == ' ' {
				dst = append(dst, ' ')
			}
			dst = append(dst, line...)
			fresh = end != lineOpen
			if fresh {
				dst = append(dst, "\n"+field...)
			}
			afterCR = end == lineCR
			part = rest
		}
	}
	return dst
}

type lineEnd uint8

const (
	lineOpen lineEnd = iota // the text stops inside the line
	lineDone                // ended by \n, \r\n, or \r before something else
	lineCR                  // ended by \r as the last byte: a \n may follow
)

// cutLine takes the first line off text, which is not empty.
func cutLine(text []byte) (line, rest []byte, end lineEnd) {
	line, rest, found := bytes.Cut(text, []byte{'\n'})
	cr := bytes.IndexByte(line, '\r')
	switch {
	case cr < 0 && !found:
		return line, nil, lineOpen
	case cr < 0:
		return line, rest, lineDone
	case cr == len(text)-1:
		return line[:cr], nil, lineCR
	case cr == len(line)-1:
		return line[:cr], rest, lineDone
	}
	return line[:cr], text[cr+1:], lineDone
}

// appendBase64 encodes parts as if they were one: what is left of a part before
// a multiple of three goes to the front of the next.
func appendBase64(dst []byte, parts [][]byte) []byte {
	var carry [3]byte
	held := 0
	for _, part := range parts {
		if held > 0 {
			n := copy(carry[held:], part)
			held += n
			part = part[n:]
			if held < len(carry) {
				continue
			}
			dst = base64.StdEncoding.AppendEncode(dst, carry[:])
		}
		whole := len(part) - len(part)%len(carry)
		dst = base64.StdEncoding.AppendEncode(dst, part[:whole])
		held = copy(carry[:], part[whole:])
	}
	return base64.StdEncoding.AppendEncode(dst, carry[:held])
}

// Unfinished returns how many bytes at the end of text belong to a character
// whose rest has not come yet: 0 to 3. Bytes that no continuation can make valid
// are not counted.
func Unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		tail := text[len(text)-n:]
		if !utf8.RuneStart(tail[0]) {
			continue
		}
		if utf8.FullRune(tail) {
			return 0
		}
		return n
	}
	return 0
}
