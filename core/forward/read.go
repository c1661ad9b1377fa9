package forward

import (
	"context"
	"errors"

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

func (e *Engine) confirm(ctx context.Context, leader string) error {
	if leader != e.self {
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
