package wake

import (
	"fmt"
	"strings"

	"ursula/core/stream"
)

// The wildcards of a pattern. Each stands for whole segments only.
const (
	oneSegment  = "*"
	anySegments = "**"
)

// maxPattern bounds a pattern in bytes, like a stream's path.
const maxPattern = 1024

// Match says whether a pattern covers a path: "*" stands for exactly one
// segment, "**" for zero or more, and any other segment for itself. It needs
// time proportional to the product of both lengths at worst, whatever the
// pattern.
func Match(pattern, path string) bool {
	// Only the latest "**" is ever extended: what an earlier one could absorb,
	// the latest one can absorb as well.
	resume, absorbed, open := "", "", false
	for {
		want, laterPattern, morePattern := cutSegment(pattern)
		have, laterPath, morePath := cutSegment(path)
		switch {
		case morePattern && want == anySegments:
			resume, absorbed, open = laterPattern, path, true
			pattern = laterPattern
			continue
		case !morePattern && !morePath:
			return true
		case morePattern && morePath && (want == oneSegment || want == have):
			pattern, path = laterPattern, laterPath
			continue
		case !open || absorbed == "":
			return false
		}
		_, absorbed, _ = cutSegment(absorbed)
		pattern, path = resume, absorbed
	}
}

// cutSegment takes the first segment off s; ok is false when none is left.
func cutSegment(s string) (segment, rest string, ok bool) {
	if s == "" {
		return "", "", false
	}
	segment, rest, _ = strings.Cut(s, "/")
	return segment, rest, true
}

// checkGlob refuses patterns that could never match or that look as if a
// wildcard stood for a part of a segment.
func checkGlob(pattern string) error {
	if len(pattern) > maxPattern {
		return fmt.Errorf("%w: pattern is longer than %d bytes", ErrInvalid, maxPattern)
	}
	for _, segment := range strings.Split(pattern, "/") {
		switch {
		case segment == oneSegment || segment == anySegments:
		case strings.Contains(segment, oneSegment):
			return fmt.Errorf("%w: a wildcard must be a whole segment, not %q", ErrInvalid, segment)
		default:
			if _, err := stream.MakeName(stream.DefaultBucket, segment); err != nil {
				return fmt.Errorf("%w: pattern: %w", ErrInvalid, err)
			}
		}
	}
	return nil
}
