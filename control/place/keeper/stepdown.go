package keeper

import (
	"context"
	"errors"
	"slices"

	"ursula/control/member"
	"ursula/control/place"
)

// ErrNoHeir says that the roster has nobody else who may lead.
var ErrNoHeir = errors.New("no other member may lead")

// StepDown gives every leadership of this node away, and takes none until the
// process ends. It returns nil once none is left, ErrNoHeir at once when there is
// nobody to give them to, and the cause of ctx when that ends first. The keeper
// must be running.
func (k *Keeper) StepDown(ctx context.Context) error {
	k.stopLeading()
	for slices.ContainsFunc(k.Groups.View(), func(r place.Replica) bool { return r.Leads }) {
		if !k.hasHeir() {
			return ErrNoHeir
		}
		finished := k.nextRound()
		k.Wake()
		select {
		case <-finished:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

func (k *Keeper) stopLeading() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.leaving = true
}

func (k *Keeper) nextRound() (finished <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.finished
}

func (k *Keeper) hasHeir() bool {
	return slices.ContainsFunc(k.Roster.Roster().Members, func(m member.Member) bool {
		return m.ID != k.Self && m.State == member.Active
	})
}

func (k *Keeper) unfit() string {
	k.mu.Lock()
	leaving := k.leaving
	k.mu.Unlock()
	if leaving {
		return "it is stopping"
	}
	return k.Unfit()
}
