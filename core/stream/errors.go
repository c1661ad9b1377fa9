package stream

import (
	"errors"
	"fmt"
)

// What a command or a lookup can be refused for. A refusal changes nothing.
var (
	ErrNotFound         = errors.New("stream not found")
	ErrGone             = errors.New("stream is deleted but forks still read from it")
	ErrClosed           = errors.New("stream is closed")
	ErrExists           = errors.New("stream exists with a different configuration")
	ErrContentType      = errors.New("content type does not match the stream's")
	ErrSequence         = errors.New("Stream-Seq is not greater than the last one")
	ErrTooManyProducers = errors.New("stream remembers as many producers as it may")
	ErrBeyondTail       = errors.New("offset is beyond the stream's tail")
	ErrFull             = errors.New("stream has reached its greatest offset")
	ErrPending          = errors.New("fork is waiting for its source")
	ErrForkConflict     = errors.New("source stream is deleted")
	ErrRecordConflict   = errors.New("record is at another version")
)

// errIncomplete answers a command that no proposer of this version makes.
var errIncomplete = errors.New("command lacks what its operation is about")

// The ways in which a producer's tuple is refused (PROTOCOL.md 5.2.1).
var (
	ErrStaleEpoch  = errors.New("producer epoch is stale")
	ErrSequenceGap = errors.New("producer sequence has a gap")
	ErrEpochStart  = errors.New("a new producer epoch must start at sequence 0")
)

// ProducerError carries what a refused producer needs to recover. It wraps
// ErrStaleEpoch, ErrSequenceGap or ErrEpochStart.
type ProducerError struct {
	Epoch    uint64 // the epoch in force
	Expected uint64 // the sequence number that would be accepted
	Received uint64
	Err      error
}

func (e *ProducerError) Error() string {
	return fmt.Sprintf("%v: epoch %d, expected sequence %d, received %d",
		e.Err, e.Epoch, e.Expected, e.Received)
}

// Unwrap returns the sentinel.
func (e *ProducerError) Unwrap() error { return e.Err }
