package keeper

import (
	"context"
	"time"

	"ursula/control/member"
	"ursula/control/place"
)

// first writes the roster that the cluster begins with. Whoever leads group 0 does
// it, and any founder may be elected; a newcomer cannot be, for it has no vote.
func (k *Keeper) first(ctx context.Context, own []place.Replica) (progress bool) {
	defer k.finish()
	if k.First.Version == 0 || !leads(own, 0) {
		return false
	}
	return k.update(ctx, "first roster", func(r member.Roster) (member.Roster, error) {
		if r.Version > 0 {
			return r, nil
		}
		return k.First, nil
	})
}

// keepRoster writes down what the groups have reached. It changes one member a
// round; the next round sees the roster that comes of it.
func (k *Keeper) keepRoster(ctx context.Context, r member.Roster, v place.View) (progress bool) {
	for _, m := range r.Members {
		switch {
		case m.State == member.Joining && m.Disk != "" && v.Everywhere(m.ID):
			return k.update(ctx, "node "+m.ID+" is active", func(r member.Roster) (member.Roster, error) {
				return r.Activate(m.ID, time.Now())
			})
		case m.State == member.Leaving && v.Nowhere(m.ID):
			return k.update(ctx, "node "+m.ID+" has left", func(r member.Roster) (member.Roster, error) {
				return r.Removed(m, time.Now())
			})
		}
	}
	return false
}

func (k *Keeper) update(ctx context.Context, what string, change func(member.Roster) (member.Roster, error)) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*k.Patience)
	defer cancel()
	if err := k.Roster.Update(ctx, change); err != nil {
		k.Log.Warn("roster not changed; trying again", "change", what, "error", err)
		return false
	}
	k.Log.Info("roster changed", "change", what)
	return true
}
