package wake

import (
	"errors"
	"fmt"
)

// What a subscription refuses. Each is a protocol answer, never a failure of
// the server.
var (
	ErrInvalid       = errors.New("invalid request")
	ErrFenced        = errors.New("wake is not the current one")
	ErrNoPending     = errors.New("subscription has no pending work")
	ErrInvalidOffset = errors.New("offset cannot be acknowledged")
)

// HeldError says that another worker holds the lease.
type HeldError struct {
	Holder     string
	Generation uint64
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("lease of generation %d is held by %q", e.Generation, e.Holder)
}
