package forward

import (
	"context"
	"errors"
	"time"

	"ursula/core/group"
)

// Confirm implements group.Engine. On a follower it asks the leader how far it
// is, and waits until this replica has come as far. The reads that wait at the
// same time share the question.
func (e *Engine) Confirm(ctx context.Context) error {
	var waited patience
	for {
		leader, changed := e.leader()
		err := e.confirm(ctx, leader)
		if err == nil || !errors.Is(err, group.ErrNoLeader) || !waited.pause(ctx, changed) {
			return err
		}
	}
}

// historyPatience is how long a read below the tail waits for the leader before it
// does without: not for an election.
const historyPatience = 250 * time.Millisecond

// Current makes this replica current, as Confirm does, if the leader that is known
// answers. It waits for no election, and reports whether it is.
func (e *Engine) Current(ctx context.Context) bool {
	if e.Local.Leads() {
		return e.Local.Confirm(ctx) == nil
	}
	if id, _ := e.Local.Leader(); id == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, historyPatience)
	defer cancel()
	e.counts.reads.Add(1)
	return e.rounds.Wait(ctx) == nil
}

func (e *Engine) confirm(ctx context.Context, leader string) error {
	if leader != e.self {
		e.counts.reads.Add(1)
		return e.rounds.Wait(ctx)
	}
	ctx, cancel := e.await(ctx)
	defer cancel()
	return e.Local.Confirm(ctx)
}

// catchUp is one round: everything acknowledged before it is applied here after.
func (e *Engine) catchUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, roundPatience)
	defer cancel()
	leader, _ := e.Local.Leader()
	if leader == "" || leader == e.self {
		return e.Local.Confirm(ctx)
	}
	e.counts.questions.Add(1)
	p, clock, err := e.indexes.ask(ctx, leader, e.id, e.Local.CurrentTerm())
	if err != nil {
		return err
	}
	e.skew.Store(clock - e.clock())
	e.Local.Advance(leader, p)
	return e.Local.WaitApplied(ctx, p.Applied)
}

// Clock is the group's time in Unix milliseconds: the leader's, as well as this
// node knows it since its last Confirm. What has expired is judged by it on every
// node alike.
func (e *Engine) Clock() int64 {
	if e.Local.Leads() {
		return e.clock()
	}
	return e.clock() + e.skew.Load()
}
