package keeper_test

import (
	"context"
	"errors"

	"ursula/control/member"
	"ursula/control/place"
)

var errCrashed = errors.New("crashed")

// port is the world as node id sees it.
type port struct {
	w  *world
	id string
}

var _ place.Mover = port{}

func (p port) Unfit() string {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return p.w.unfit[p.id]
}

func (p port) Roster() member.Roster {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return p.w.roster
}

func (p port) Update(_ context.Context, change func(member.Roster) (member.Roster, error)) error {
	return p.do(func() error {
		r, err := change(p.w.roster)
		if err == nil {
			p.w.set(r)
		}
		return err
	})
}

// do makes a change, and has the node crash when it is due.
func (p port) do(change func() error) error {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if !p.w.up(p.id) {
		return errCrashed
	}
	p.w.changes++
	due := p.w.changes == p.w.crashAt
	if due {
		p.w.crash(p.id)
	}
	if due && !p.w.late {
		return errCrashed
	}
	return change()
}

func (p port) Report(ctx context.Context, id string) (place.Report, error) {
	p.w.mu.Lock()
	run, cut := p.w.running[id], p.w.cut[[2]string{p.id, id}]
	p.w.mu.Unlock()
	if run == nil || cut {
		<-ctx.Done()
		return place.Report{}, context.Cause(ctx)
	}
	return run.keeper.Report(), nil
}
