package objecthttp

import (
	"fmt"
	"strconv"
	"strings"
)

// span is the part [from, to) of an object. The zero value is all of it.
type span struct{ from, to int64 }

// parseSpan reads the one form of a Range header that is served,
// "bytes=first-last"; no header is the whole object.
func parseSpan(header string) (span, bool) {
	if header == "" {
		return span{}, true
	}
	first, last, _ := strings.Cut(strings.TrimPrefix(header, "bytes="), "-")
	from, errFirst := strconv.ParseUint(first, 10, 62)
	to, errLast := strconv.ParseUint(last, 10, 62)
	s := span{int64(from), int64(to) + 1}
	return s, errFirst == nil && errLast == nil && from <= to && s.header() == header
}

func (s span) whole() bool { return s.to == 0 }

func (s span) header() string { return fmt.Sprintf("bytes=%d-%d", s.from, s.to-1) }

// contentRange says which part of an object of size bytes follows.
func (s span) contentRange(size int64) string {
	return fmt.Sprintf("bytes %d-%d/%d", s.from, s.to-1, size)
}
