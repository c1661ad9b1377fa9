package group

import (
	"context"
	"errors"

	"ursula/core/stream"
)

// Why a proposal did not go through.
var (
	// ErrOverloaded says that as many commands wait as may. Nothing happened.
	ErrOverloaded = errors.New("too many commands wait for the group")
	// ErrNoSpace says that the journal has no room. Nothing happened.
	ErrNoSpace = errors.New("no space left for the group's log")
	// ErrNoLeader says that no leader was known in time. Nothing happened.
	ErrNoLeader = errors.New("group has no leader")
	// ErrUnknownOutcome says that the command may or may not take effect.
	ErrUnknownOutcome = errors.New("outcome of the command is unknown")
	// ErrShutdown says that the engine is closed. Nothing happened.
	ErrShutdown = errors.New("group is shut down")
)

// Engine replicates the commands of one group. All methods may be called
// concurrently.
type Engine interface {
	// Propose replicates and applies a command and returns its result. The
	// command's own refusal is in Result.Err; an error here means that it was
	// not, or perhaps not, carried out. c and what it refers to belong to the
	// engine until Propose returns nil, and for good after an error.
	Propose(ctx context.Context, c *stream.Command) (stream.Result, error)
	// Confirm returns nil once this node is known to lead and to have applied
	// everything acknowledged before the call: a read of the Replica that
	// follows is linearizable. ErrNoLeader otherwise.
	Confirm(ctx context.Context) error
	// Replica is the state of the group on this node.
	Replica() *Replica
	// Leads reports whether this node led the group a moment ago.
	Leads() bool
	// Term is the term in which this node leads, 0 when it does not. No two
	// nodes lead in one term, and no process leads twice in one.
	Term() uint64
	// Compact takes a snapshot and shortens the log. It does not hold up
	// proposals. It returns nil when there is nothing to do.
	Compact(ctx context.Context) error
	// Close stops the engine. Proposals that wait fail.
	Close() error
}
