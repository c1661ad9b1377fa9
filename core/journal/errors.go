package journal

import (
	"errors"
	"fmt"
)

var (
	// ErrNoSpace says that the disk has no room for the records. It passes when
	// space comes back.
	ErrNoSpace = errors.New("journal: no space left on disk")
	// ErrTooLarge says that records do not fit into one segment together.
	ErrTooLarge = errors.New("journal: records do not fit into a segment")
	// ErrClosed says that the journal was closed.
	ErrClosed = errors.New("journal: closed")
	// ErrReleased says that a record's segment is not there any more.
	ErrReleased = errors.New("journal: record was released")

	errChecksum = errors.New("checksum does not match")
	errBounds   = errors.New("length exceeds what surrounds it")
	errMagic    = errors.New("not a journal segment")
	errVersion  = errors.New("unknown format version")
)

// CorruptionError says that bytes which were acknowledged cannot be read back.
type CorruptionError struct {
	File   string
	Offset int64
	Err    error
}

// Error tells where the damage is and what can be done.
func (e *CorruptionError) Error() string {
	return fmt.Sprintf("journal: %s is damaged at offset %d: %v; records after it were acknowledged, "+
		"so it is not cut off: restore the data directory from a backup, "+
		"or remove this node from its cluster and let it join again empty", e.File, e.Offset, e.Err)
}

// Unwrap returns the cause.
func (e *CorruptionError) Unwrap() error { return e.Err }
