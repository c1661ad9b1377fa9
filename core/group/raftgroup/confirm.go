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
// several, a majority must still be in this node's term.
func (e *Engine) Confirm(ctx context.Context) error {
	if err := e.leadership.wait(ctx, e.elsewhere); err != nil || e.alone.Load() {
		return err
	}
	return e.confirmations.Wait(ctx)
}

// prove shows that no later leader was elected before it was called. To be
// elected, one needs a majority that has moved on to its term; each majority has
// a member in common with the one that says here, later, that it has not.
func (e *Engine) prove(ctx context.Context) error {
	term := e.leadership.term()
	if term == 0 {
		return group.ErrNoLeader
	}
	ctx, cancel := context.WithTimeout(ctx, e.options.Timers.Heartbeat)
	defer cancel()
	others, need := e.quorum()
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

// quorum returns the other voters, and how many of them make a majority: with
// this node, or without it if it has no vote, being about to be removed.
func (e *Engine) quorum() (others []string, need int) {
	voters, _ := e.servers()
	need = len(voters)/2 + 1
	for _, id := range voters {
		if id == e.options.NodeID {
			need--
			continue
		}
		others = append(others, id)
	}
	return others, need
}
