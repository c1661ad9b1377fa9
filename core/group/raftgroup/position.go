package raftgroup

import (
	"context"
	"fmt"
	"slices"

	"ursula/core/group"
)

// ReadIndex returns a position that holds everything acknowledged before voter
// said that it knows of no later term than this one. A replica that has applied
// as much may serve a linearizable read (Raft thesis 6.4). Only the leader
// answers; group.ErrNoLeader otherwise.
//
// The voter's word counts as a vote would: had a later leader been elected before
// it was given, then by a majority without the voter and without this node. Among
// three that is nobody, and no one else need be asked (Witnessed).
func (e *Engine) ReadIndex(ctx context.Context, voter string, term uint64) (group.Position, error) {
	p, leads := e.Position()
	if !leads || term > p.Term {
		return p, group.ErrNoLeader
	}
	if e.alone.Load() {
		return p, nil
	}
	others, need := e.quorum()
	others, votes := without(others, voter)
	if votes {
		need--
	}
	return p, e.confirm(ctx, p.Term, others, need)
}

// Witnessed is ReadIndex where no word but the voter's is needed. It never waits.
func (e *Engine) Witnessed(voter string, term uint64) (p group.Position, ok bool) {
	p, leads := e.Position()
	if !leads || term > p.Term {
		return p, false
	}
	others, need := e.quorum()
	return p, need <= 0 || need == 1 && slices.Contains(others, voter)
}

// Position is how far this node is as a leader. An entry is applied before it is
// acknowledged, and a leader that serves has committed an entry of its term, so
// its commit index points at one. That is why the term is compared after the
// index is read: a later leader's commit index is no position in this term.
func (e *Engine) Position() (p group.Position, leads bool) {
	p.Term = e.leadership.term()
	p.Applied, p.Commit = e.progress.get(), e.raft.CommitIndex()
	return p, e.leadsIn(p.Term)
}

// CurrentTerm is the newest term that this node knows of, whoever leads in it.
func (e *Engine) CurrentTerm() uint64 { return e.raft.CurrentTerm() }

// Idle reports whether everything in the leader's log is committed: nothing is
// on its way that would tell the followers so.
func (e *Engine) Idle(p group.Position) bool { return e.raft.LastIndex() == p.Commit }

// Applied is the index of the last command applied here.
func (e *Engine) Applied() uint64 { return e.progress.get() }

// WaitApplied returns nil once this replica has applied the command at index.
func (e *Engine) WaitApplied(ctx context.Context, index uint64) error {
	if err := e.progress.wait(ctx, index); err != nil {
		return fmt.Errorf("%w: this replica is behind: %w", group.ErrNoLeader, err)
	}
	return nil
}
