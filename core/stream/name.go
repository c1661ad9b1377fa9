package stream

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// DefaultBucket is the built-in bucket behind /v1/stream/. It is shorter than
// any bucket that a client may create, so the two never collide.
const DefaultBucket = "v1"

// MaxNameBytes bounds a stream's name, bucket included.
const MaxNameBytes = 1024

// ErrName says that a stream's path cannot be used as a name.
var ErrName = errors.New("invalid stream path")

// Name identifies a stream on the whole cluster: "bucket/path". The path may
// have several segments; percent-encoding is already undone.
type Name string

// MakeName joins bucket and path and checks the path: segments must not be
// empty, "." or "..", and control characters and what is not UTF-8 are refused.
// It returns an error that wraps ErrName and says what is wrong.
func MakeName(bucket, path string) (Name, error) {
	if len(bucket)+1+len(path) > MaxNameBytes {
		return "", fmt.Errorf("%w: longer than %d bytes", ErrName, MaxNameBytes)
	}
	if !utf8.ValidString(path) {
		return "", fmt.Errorf("%w: not UTF-8", ErrName)
	}
	for segment := range strings.SplitSeq(path, "/") {
		if err := checkSegment(segment); err != nil {
			return "", err
		}
	}
	return Name(bucket + "/" + path), nil
}

// Bucket is the part of the name before its first slash.
func (n Name) Bucket() string {
	bucket, _, _ := strings.Cut(string(n), "/")
	return bucket
}

// Path is the part of the name after its bucket.
func (n Name) Path() string {
	_, path, _ := strings.Cut(string(n), "/")
	return path
}

func checkSegment(segment string) error {
	switch segment {
	case "":
		return fmt.Errorf("%w: empty segment", ErrName)
	case ".", "..":
		return fmt.Errorf("%w: segment %q", ErrName, segment)
	}
	for i := range len(segment) {
		if c := segment[i]; c < 0x20 || c == 0x7f {
			return fmt.Errorf("%w: control character %#x", ErrName, c)
		}
	}
	return nil
}
