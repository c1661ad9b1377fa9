package keeper

import (
	"fmt"
	"time"

	"ursula/control/place"
)

// outage is since when groups have had no leader that this node can ask. A group is
// served as long as the node knows who leads it, and that one answers and says so: it
// steps down by itself when it has lost its majority.
type outage struct {
	since map[uint32]time.Time // of groups that are not served
	told  bool                 // the log has it
}

// note takes over what a round has seen.
func (o *outage) note(own []place.Replica, v place.View, now time.Time) {
	since := make(map[uint32]time.Time)
	for _, id := range v.Unserved(own) {
		since[id] = now
		if before, ok := o.since[id]; ok {
			since[id] = before
		}
	}
	o.since = since
}

// longest returns the group that is not served for longest.
func (o *outage) longest() (group uint32, since time.Time) {
	for id, t := range o.since {
		if since.IsZero() || t.Before(since) || t.Equal(since) && id < group {
			group, since = id, t
		}
	}
	return group, since
}

// Unserved says why this node cannot serve some group, "" if it can serve all: for
// longer than Options.Outage the group has had no leader that the node can ask. An
// election is over before that; and one round that finds all groups served ends it.
func (k *Keeper) Unserved() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.unserved()
}

func (k *Keeper) unserved() string {
	group, since := k.outage.longest()
	if since.IsZero() || time.Since(since) <= k.Outage {
		return ""
	}
	return fmt.Sprintf("%d of %d groups have no leader that this node can ask, group %d for %v",
		len(k.outage.since), len(k.status.Groups), group, time.Since(since).Round(time.Second))
}

// UnservedGroups counts the groups without a leader that this node can ask, for
// however short a time.
func (k *Keeper) UnservedGroups() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.outage.since)
}

// watch notes an outage, and logs its beginning and its end.
func (k *Keeper) watch(own []place.Replica, v place.View) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.outage.note(own, v, time.Now())
	why := k.unserved()
	switch {
	case why != "" && !k.outage.told:
		k.Log.Warn("this node is not ready", "why", why)
	case why == "" && k.outage.told:
		k.Log.Info("this node is ready again")
	}
	k.outage.told = why != ""
}
