package segment

import (
	"errors"
	"fmt"
)

// The ways in which a segment can be damaged, found inside a CorruptionError.
var (
	ErrChecksum  = errors.New("checksum does not match")
	ErrTruncated = errors.New("data ends early")
	ErrFormat    = errors.New("not a valid segment")
)

// ErrLimit says that a segment or a read would be larger than the format
// allows.
var ErrLimit = errors.New("beyond the limits of a segment")

// ErrRange says that a range to be written contradicts itself.
var ErrRange = errors.New("malformed range")

// CorruptionError says that a segment does not hold what was written into it.
type CorruptionError struct {
	Object string // the segment's key
	Offset int64  // of the damaged part, in bytes from the object's beginning
	Err    error  // ErrChecksum, ErrTruncated or one that wraps ErrFormat
}

// Error implements error.
func (e *CorruptionError) Error() string {
	return fmt.Sprintf("corrupt segment %s at byte %d: %v", e.Object, e.Offset, e.Err)
}

// Unwrap returns the kind of damage.
func (e *CorruptionError) Unwrap() error { return e.Err }

func corrupt(id ID, offset int64, err error) error {
	return &CorruptionError{Object: id.Key(), Offset: offset, Err: err}
}
