package raftgroup

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/hashicorp/raft"

	"ursula/core/group"
)

// View is what this node knows of its group at one moment.
type View struct {
	Leader   string // id of the node that leads; "" when none is known
	Term     uint64
	Leads    bool     // this node leads and serves
	Voters   []string // of the newest configuration, committed or not
	Learners []string // get the log and do not vote
	Settled  bool     // this node leads, and voters and learners are committed
	Last     uint64   // index of the newest log entry here
	Applied  uint64   // index of the newest command applied here
}

// View describes the group.
func (e *Engine) View() View {
	v := View{Term: e.raft.CurrentTerm(), Leads: e.Leads(), Last: e.raft.LastIndex(), Applied: e.progress.get()}
	v.Leader, _ = e.Leader()
	v.Voters, v.Learners = e.servers()
	// A leader that serves has committed what it found, and all later changes are
	// its own.
	v.Settled = v.Leads && e.changing.Load() == 0 && e.Term() == v.Term
	return v
}

func (e *Engine) servers() (voters, learners []string) {
	f := e.raft.GetConfiguration()
	if f.Error() != nil {
		return nil, nil
	}
	for _, s := range f.Configuration().Servers {
		if s.Suffrage == raft.Voter {
			voters = append(voters, string(s.ID))
		} else {
			learners = append(learners, string(s.ID))
		}
	}
	return voters, learners
}

// AddLearner lets a node get the log without a vote. Only the leader can change
// the members, one change at a time; it returns once that is committed.
func (e *Engine) AddLearner(ctx context.Context, id string) error {
	e.alone.Store(false) // before Raft may count others
	return e.change(ctx, func() raft.IndexFuture {
		return e.raft.AddNonvoter(raft.ServerID(id), raft.ServerAddress(id), 0, 0)
	})
}

// AddVoter gives a node a vote. It should have caught up: it counts at once.
func (e *Engine) AddVoter(ctx context.Context, id string) error {
	e.alone.Store(false)
	return e.change(ctx, func() raft.IndexFuture {
		return e.raft.AddVoter(raft.ServerID(id), raft.ServerAddress(id), 0, 0)
	})
}

// Remove takes a node out of the group.
func (e *Engine) Remove(ctx context.Context, id string) error {
	return e.change(ctx, func() raft.IndexFuture {
		return e.raft.RemoveServer(raft.ServerID(id), 0, 0)
	})
}

// Transfer makes another voter the leader. Proposals are refused meanwhile, so it
// does not begin while that one is away.
func (e *Engine) Transfer(ctx context.Context, id string) error {
	if to, ok := e.options.Transport.(awaiting); ok && !to.Reaches(id) {
		return fmt.Errorf("%w: %s", errAway, id)
	}
	return e.await(ctx, func() raft.Future {
		return e.raft.LeadershipTransferToServer(raft.ServerID(id), raft.ServerAddress(id))
	})
}

var errAway = errors.New("node cannot be reached")

// change waits for Raft's answer or the end of ctx, after which the change may
// still happen.
func (e *Engine) change(ctx context.Context, begin func() raft.IndexFuture) error {
	e.changing.Add(1)
	return e.await(ctx, func() raft.Future { return concluded{begin(), &e.changing} })
}

// concluded is a change that counts as under way until it has its outcome.
type concluded struct {
	raft.Future
	changing *atomic.Int32
}

// Error implements raft.Future.
func (c concluded) Error() error {
	defer c.changing.Add(-1)
	return c.Future.Error()
}

func (e *Engine) await(ctx context.Context, begin func() raft.Future) error {
	done := make(chan error, 1)
	go func() { done <- begin().Error() }()
	select {
	case err := <-done:
		if errors.Is(err, raft.ErrNotLeader) {
			return fmt.Errorf("%w: %w", group.ErrNoLeader, err)
		}
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
