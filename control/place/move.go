package place

import (
	"context"
	"fmt"
)

// Kind is what a move does.
type Kind string

// The kinds of moves.
const (
	AddLearner Kind = "add learner"
	Promote    Kind = "promote"
	Remove     Kind = "remove"
	Transfer   Kind = "transfer"
)

// Move is one change of one group. It is carried out by its leader.
type Move struct {
	Group  uint32
	Kind   Kind
	Member string // whom it is about: who is added, or who is to lead
	Leader string // of the group, by the view
	Why    string
}

func (m Move) String() string {
	return fmt.Sprintf("group %d on %s: %s %s (%s)", m.Group, m.Leader, m.Kind, m.Member, m.Why)
}

// Mover changes a group that this node leads, and returns once that is committed.
// An error leaves the outcome open; the next view shows it. Methods may be called
// concurrently for different groups.
type Mover interface {
	AddLearner(ctx context.Context, group uint32, id string) error
	Promote(ctx context.Context, group uint32, id string) error
	Remove(ctx context.Context, group uint32, id string) error
	Transfer(ctx context.Context, group uint32, id string) error
}

// Do carries the move out.
func (m Move) Do(ctx context.Context, by Mover) error {
	var do func(context.Context, uint32, string) error
	switch m.Kind {
	case AddLearner:
		do = by.AddLearner
	case Promote:
		do = by.Promote
	case Remove:
		do = by.Remove
	case Transfer:
		do = by.Transfer
	}
	if err := do(ctx, m.Group, m.Member); err != nil {
		return fmt.Errorf("%v: %w", m, err)
	}
	return nil
}
