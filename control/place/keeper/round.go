package keeper

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"ursula/control/member"
	"ursula/control/place"
)

// round looks once and does what is to be done. It says whether something was
// done, so that there may be more to do at once.
func (k *Keeper) round(ctx context.Context) (progress bool) {
	own, roster := k.Groups.View(), k.Roster.Roster() // before the reports: see place.Assemble
	if roster.Version == 0 {
		return k.first(ctx, own)
	}
	reports := k.collect(ctx, own, roster)
	view := place.Assemble(roster, own, reports)
	k.watch(own, view)
	var mine []place.Move
	if upToDate(roster, reports) {
		mine = k.mine(place.Plan(view, k.Limits))
	}
	k.show(roster, view, mine)
	progress = k.carryOut(ctx, mine)
	if len(own) == roster.Groups && leads(own, 0) && agreed(roster, reports) {
		progress = k.keepRoster(ctx, roster, view) || progress
	}
	k.show(roster, view, nil)
	k.finish()
	return progress
}

// upToDate says that nobody knows a newer roster.
func upToDate(r member.Roster, reports map[string]place.Report) bool {
	for _, report := range reports {
		if report.Roster > r.Version {
			return false
		}
	}
	return true
}

// agreed says that all who lead go by this very roster. What their groups have
// reached then stays so: nobody adds anew what this roster does not want.
func agreed(r member.Roster, reports map[string]place.Report) bool {
	for _, report := range reports {
		if len(report.Led) > 0 && report.Roster != r.Version {
			return false
		}
	}
	return upToDate(r, reports)
}

// collect asks all members at once. A member that does not answer in time is
// missing, and so is one of whom no disk is known: whoever answers in its place is
// not the one that is to come.
func (k *Keeper) collect(ctx context.Context, own []place.Replica, r member.Roster) map[string]place.Report {
	ctx, cancel := context.WithTimeout(ctx, k.Patience)
	defer cancel()
	reports := map[string]place.Report{k.Self: place.NewReport(r.Version, k.unfit(), k.Cold(), own)}
	var mu sync.Mutex
	var asked sync.WaitGroup
	for _, m := range r.Members {
		if m.ID == k.Self || m.Disk == "" {
			continue
		}
		asked.Go(func() {
			report, err := k.Peers.Report(ctx, m.ID)
			if err != nil {
				k.Log.Debug("member does not report", "member", m.ID, "error", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			reports[m.ID] = report
		})
	}
	asked.Wait()
	return reports
}

func (k *Keeper) mine(moves []place.Move) (mine []place.Move) {
	for _, m := range moves {
		if m.Leader == k.Self {
			mine = append(mine, m)
		}
	}
	return mine
}

// carryOut makes the moves, which are of different groups and few by the limits
// of the plan, at the same time. A move that fails shows in the next view.
func (k *Keeper) carryOut(ctx context.Context, moves []place.Move) (progress bool) {
	ctx, cancel := context.WithTimeout(ctx, 10*k.Patience)
	defer cancel()
	var all errgroup.Group
	done := make([]bool, len(moves))
	for i, m := range moves {
		all.Go(func() error {
			if err := m.Do(ctx, k.Groups); err != nil {
				k.Log.Warn("move failed; it is planned anew", "error", err)
				return nil
			}
			k.Log.Info("moved", "group", m.Group, "move", m.Kind, "member", m.Member, "why", m.Why)
			done[i] = true
			return nil
		})
	}
	_ = all.Wait()
	for _, d := range done {
		progress = progress || d
	}
	return progress
}

func (k *Keeper) show(r member.Roster, v place.View, moves []place.Move) {
	status := place.Summarize(r, v, k.Limits)
	for _, m := range moves {
		status.Moves = append(status.Moves, m.String())
	}
	k.mu.Lock()
	k.status = status
	k.mu.Unlock()
}

// finish tells those who wait for the end of a round.
func (k *Keeper) finish() {
	k.mu.Lock()
	close(k.finished)
	k.finished = make(chan struct{})
	k.mu.Unlock()
}

func leads(own []place.Replica, group uint32) bool {
	for _, r := range own {
		if r.Group == group {
			return r.Leads
		}
	}
	return false
}
