package forward

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ursula/core/group"
)

// Confirm implements group.Engine. On a follower it asks another voter where its log ends
// if nothing is under way here, else the leader how far it is, and waits until this
// replica has come as far. The reads that wait at the same time share the question.
func (e *Engine) Confirm(ctx context.Context) error { return e.repeatedly(ctx, e.confirm) }

// ConfirmLed is Confirm that asks the leader in any case, and so learns its clock.
func (e *Engine) ConfirmLed(ctx context.Context) error { return e.repeatedly(ctx, e.confirmLed) }

// repeatedly confirms until there is a leader that can.
func (e *Engine) repeatedly(ctx context.Context, confirm func(ctx context.Context, leader string) error) error {
	var waited patience
	for {
		leader, changed := e.leader()
		err := confirm(ctx, leader)
		if err == nil || !errors.Is(err, group.ErrNoLeader) || !waited.pause(ctx, changed) {
			return err
		}
	}
}

// historyPatience is how long reads below the tail wait for a leader that does not
// answer before they do without: not for an election, and all of them together.
const historyPatience = 250 * time.Millisecond

// Current makes this replica current, as Confirm does, if the leader that is known
// answers. It waits for no election, and not for a node that has kept others waiting
// for long. It reports whether the replica is current.
func (e *Engine) Current(ctx context.Context) bool {
	if e.Local.Leads() {
		return e.Local.Confirm(ctx) == nil
	}
	began := time.Now()
	if e.settled(ctx, historyPatience) {
		return true
	}
	leader, _ := e.Local.Leader()
	if leader == "" || leader == e.self {
		return false
	}
	t := e.questions.ask(queue{peer: leader}, e.id)
	if !t.after.IsZero() && t.after.Before(began) {
		began = t.after
	}
	patience := historyPatience - time.Since(began)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return e.catchUp(ctx, leader, t) == nil
}

func (e *Engine) confirm(ctx context.Context, leader string) error {
	if !e.Local.Leads() && e.settled(ctx, applyPatience) {
		return nil
	}
	return e.confirmLed(ctx, leader)
}

func (e *Engine) confirmLed(ctx context.Context, leader string) error {
	if leader != e.self {
		return e.catchUp(ctx, leader, e.questions.ask(queue{peer: leader}, e.id))
	}
	ctx, cancel := e.await(ctx)
	defer cancel()
	return e.Local.Confirm(ctx)
}

// catchUp makes everything that was acknowledged before the question applied here.
// When another node leads, that one is to be asked.
func (e *Engine) catchUp(ctx context.Context, leader string, t ticket) error {
	a, err := t.wait(ctx, e.Local.Succeeded(leader))
	if err != nil {
		return err
	}
	return e.follow(ctx, leader, a, applyPatience)
}

// follow makes what a leader's answer covers applied here, and waits for that so long.
func (e *Engine) follow(ctx context.Context, leader string, a answer, patience time.Duration) error {
	if !a.leads {
		return fmt.Errorf("%w: node %s does not lead, or does not answer", group.ErrNoLeader, leader)
	}
	e.learn(skew{a.at.Term, a.clock - e.clock()})
	e.Local.Advance(leader, a.at)
	if e.Local.Applied() >= a.at.Applied {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return e.Local.WaitApplied(ctx, a.at.Applied)
}

// applyPatience is how long a read waits for this replica before it asks again
// who leads.
const applyPatience = 2 * time.Second

// Clock is the group's time in Unix milliseconds: the leader's, as well as this
// node knows it since its last Confirm. What has expired is judged by it on every
// node alike.
func (e *Engine) Clock() int64 {
	if e.Local.Leads() {
		return e.clock()
	}
	if s := e.skew.Load(); s != nil {
		return e.clock() + s.ahead
	}
	return e.clock()
}

// skew is what the clock of a term's leader is ahead of this node's, in
// milliseconds.
type skew struct {
	term  uint64
	ahead int64
}

// learn keeps the newest leader's skew: a read that is late with its answer must
// not bring an earlier leader's back.
func (e *Engine) learn(s skew) {
	for {
		known := e.skew.Load()
		if known != nil && (known.term > s.term || *known == s) || e.skew.CompareAndSwap(known, &s) {
			return
		}
	}
}
