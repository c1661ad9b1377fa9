package member

import (
	"errors"
	"fmt"
)

// Why a change of the roster, or a node, is refused.
var (
	ErrInvalid      = errors.New("invalid value")
	ErrUnknown      = errors.New("no such member")
	ErrExists       = errors.New("taken already")
	ErrFull         = errors.New("too many members")
	ErrState        = errors.New("not in this state")
	ErrTooFew       = errors.New("too few members would stay")
	ErrDisk         = errors.New("another disk")
	ErrOtherCluster = errors.New("another cluster")
	ErrNewcomer     = errors.New("not part of a cluster yet")
)

// Refusal says no in words that are made for the operator. Kind is one of the
// errors above, and what errors.Is finds.
type Refusal struct {
	Kind error
	Text string
}

func (r *Refusal) Error() string { return r.Text }

func (r *Refusal) Unwrap() error { return r.Kind }

func refuse(kind error, format string, args ...any) error {
	return &Refusal{kind, fmt.Sprintf(format, args...)}
}
