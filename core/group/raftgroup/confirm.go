package raftgroup

import (
	"context"
	"fmt"

	"ursula/core/group"
)

// Verify asks other voters whether they know of a term after this one, and
// returns nil once need of them do not. What they say must have been said after
// the call: an answer that was under way before proves nothing.
type Verify func(ctx context.Context, term uint64, others []string, need int) error

// Confirm implements group.Engine.
//
// An only voter that has passed its barrier cannot have been replaced, and it
// applies before it acknowledges, so its state is current as it stands. Among
// several, a majority must still be in this node's term: to be elected, a later
// leader needs a majority that has moved on to its term, and each majority has a
// member in common with the one that says, after the call, that it has not.
func (e *Engine) Confirm(ctx context.Context) error {
	if err := e.leadership.wait(ctx, e.elsewhere); err != nil || e.alone.Load() {
		return err
	}
	term := e.leadership.term()
	if term == 0 {
		return group.ErrNoLeader
	}
	others, need := e.quorum()
	return e.confirm(ctx, term, others, need)
}

// confirm shows that so many others agree that this node leads in term.
func (e *Engine) confirm(ctx context.Context, term uint64, others []string, need int) error {
	if need > 0 {
		if err := e.options.Verify(ctx, term, others, need); err != nil {
			return fmt.Errorf("%w: leadership is not confirmed: %w", group.ErrNoLeader, err)
		}
	}
	if !e.leadsIn(term) {
		return group.ErrNoLeader
	}
	return nil
}

// leadsIn reports whether this node leads in term and knows of no later one. It
// must ask Raft: the news that a leadership ended comes here after the fact, and
// by then this node may have voted for another.
func (e *Engine) leadsIn(term uint64) bool {
	return term != 0 && e.leadership.term() == term && e.raft.CurrentTerm() == term
}
