package keeper_test

import (
	"fmt"
	"slices"
	"time"

	"ursula/control/member"
)

// await waits, in the bubble's time, for something that is to happen.
func (w *world) await(what string, happened func() bool) {
	w.t.Helper()
	for range 600 {
		time.Sleep(100 * time.Millisecond)
		w.mu.Lock()
		ok := happened()
		w.mu.Unlock()
		if ok {
			return
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.t.Fatalf("never happened: %s\n%+v\n%s", what, w.roster, w.describe())
}

func (w *world) describe() (text string) {
	for i, g := range w.groups {
		text += fmt.Sprintf("group %d leader=%q voters=%v learners=%v\n", i, g.leader, g.voters, g.learners)
	}
	return text
}

// settled says that the roster has exactly these members, all active, that they
// are the voters of every group, and that they share the leaders.
func (w *world) settled(ids ...string) func() bool {
	return func() bool {
		leads := map[string]int{}
		for _, g := range w.groups {
			voters := slices.Sorted(slices.Values(g.voters))
			if !slices.Equal(voters, ids) || len(g.learners) > 0 || g.leader == "" {
				return false
			}
			leads[g.leader]++
		}
		for _, id := range ids {
			m, _ := w.roster.Find(id)
			if m.State != member.Active || leads[id] < len(w.groups)/len(ids) {
				return false
			}
		}
		return len(w.roster.Members) == len(ids)
	}
}
