package place_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ursula/control/member"
	"ursula/control/place"
)

// drawView makes any cluster of a few members and groups, with voters that may be
// anything that members of the past have left behind.
func drawView(t *rapid.T) place.View {
	var v place.View
	states := []member.State{member.Joining, member.Active, member.Active, member.Draining, member.Leaving}
	var ids []string
	for i := range rapid.IntRange(1, 5).Draw(t, "members") {
		m := place.Member{ID: fmt.Sprint(i + 1), State: rapid.SampledFrom(states).Draw(t, "state")}
		m.Reachable = rapid.IntRange(0, 4).Draw(t, "dead") > 0
		if rapid.IntRange(0, 5).Draw(t, "unfit") == 0 {
			m.Unfit = "disk is full"
		}
		m.Cold.Missing = rapid.Int64Range(0, 2).Draw(t, "missing")
		m.Cold.Lost = rapid.Int64Range(0, m.Cold.Missing).Draw(t, "lost")
		v.Members, ids = append(v.Members, m), append(ids, m.ID)
	}
	for i := range rapid.IntRange(1, 12).Draw(t, "groups") {
		g := place.Group{ID: uint32(i), Settled: true, Lag: map[string]uint64{}}
		g.Voters = rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, len(ids), rapid.ID).Draw(t, "voters")
		g.Leader = rapid.SampledFrom(g.Voters).Draw(t, "leader")
		for _, id := range ids {
			if lag := rapid.Uint64Range(0, 90).Draw(t, "lag"); lag > 0 {
				g.Lag[id] = lag
			}
			if !slices.Contains(g.Voters, id) && rapid.Bool().Draw(t, "learns") {
				g.Learners = append(g.Learners, id)
			}
		}
		v.Groups = append(v.Groups, g)
	}
	return v
}

func drawLimits(t *rapid.T) place.Limits {
	some := rapid.IntRange(1, 4)
	return place.Limits{Lag: 64, Changes: some.Draw(t, "changes"), Learners: some.Draw(t, "learners"), Transfers: some.Draw(t, "transfers")}
}

// From anywhere, with every plan carried out, moving ends; and no move breaks what
// the package promises.
func TestMovingEndsAndNoMoveHarms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, limits := cluster{drawView(t)}, drawLimits(t)
		for range 400 {
			moves := place.Plan(c.view, limits)
			if len(moves) == 0 {
				return
			}
			checkMoves(t, c.view, moves)
			c.carryOut(moves)
		}
		t.Fatalf("still moving: %v", place.Plan(c.view, limits))
	})
}

func checkMoves(t *rapid.T, v place.View, moves []place.Move) {
	seen := map[uint32]bool{}
	for _, m := range moves {
		g := v.Groups[m.Group]
		switch {
		case seen[m.Group]:
			t.Fatalf("two moves of one group: %v", moves)
		case m.Leader != g.Leader || !find(v, g.Leader).Reachable:
			t.Fatalf("%v: not by a leader that answers", m)
		case m.Kind == place.Transfer:
			checkTransfer(t, v, g, m)
		default:
			checkVoters(t, v, after(g, m), m)
		}
		seen[m.Group] = true
	}
}

func checkTransfer(t *rapid.T, v place.View, g place.Group, m place.Move) {
	to := find(v, m.Member)
	lag, known := g.Lag[m.Member]
	if to.State != member.Active || !to.Reachable || to.Unfit != "" || !known || lag > 64 || !slices.Contains(g.Voters, m.Member) {
		t.Fatalf("%v: cannot lead: %+v, lag %d", m, to, lag)
	}
}

func checkVoters(t *rapid.T, v place.View, g place.Group, m place.Move) {
	answer := 0
	for _, id := range g.Voters {
		if find(v, id).Reachable {
			answer++
		}
	}
	if 2*answer <= len(g.Voters) || m.Member == g.Leader {
		t.Fatalf("%v: leaves voters %v", m, g.Voters)
	}
	about := find(v, m.Member)
	if (m.Kind == place.Remove) != (about.State == member.Leaving) {
		t.Fatalf("%v: nobody wants that", m)
	}
	voted := slices.Contains(v.Groups[m.Group].Voters, m.Member)
	if m.Kind == place.Promote && !about.Cold.Whole() || m.Kind == place.Remove && voted && about.Reachable && !backed(v, g) {
		t.Fatalf("%v: %+v, cold objects are on a minority", m, v.Members)
	}
}

// backed says that no majority of the voters lacks cold objects.
func backed(v place.View, g place.Group) bool {
	whole := 0
	for _, id := range g.Voters {
		if m := find(v, id); m.Reachable && m.Cold.Whole() {
			whole++
		}
	}
	return whole > (len(g.Voters)-1)/2
}

func find(v place.View, id string) place.Member {
	i := slices.IndexFunc(v.Members, func(m place.Member) bool { return m.ID == id })
	return v.Members[i]
}

// When every voter can lead every group, the leaders end up within one of each
// other, after as few transfers as possible.
func TestLeadersAreSharedOutWithTheFewestTransfers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, limits := cluster{drawLed(t)}, drawLimits(t)
		want, transfers := fewest(c.view), 0
		for moves := place.Plan(c.view, limits); len(moves) > 0; moves = place.Plan(c.view, limits) {
			transfers += len(moves)
			c.carryOut(moves)
		}
		if left := fewest(c.view); transfers != want || left != 0 {
			t.Fatalf("%d transfers, %d are enough; then %d are needed", transfers, want, left)
		}
	})
}

// drawLed makes a cluster in which only the leaders are out of place.
func drawLed(t *rapid.T) place.View {
	var v place.View
	var ids []string
	for i := range rapid.IntRange(1, 5).Draw(t, "members") {
		state := member.Active
		if i > 0 && rapid.IntRange(0, 3).Draw(t, "draining") == 0 {
			state = member.Draining
		}
		ids = append(ids, fmt.Sprint(i+1))
		v.Members = append(v.Members, place.Member{ID: ids[i], State: state, Reachable: true})
	}
	for i := range rapid.IntRange(0, 24).Draw(t, "groups") {
		g := place.Group{ID: uint32(i), Voters: ids, Lag: map[string]uint64{}, Leader: rapid.SampledFrom(ids).Draw(t, "leader")}
		for _, id := range ids {
			g.Lag[id] = 0
		}
		v.Groups = append(v.Groups, g)
	}
	return v
}

// fewest tries every way to hand out the larger shares.
func fewest(v place.View) int {
	leads, able := map[string]int{}, []string{}
	for _, g := range v.Groups {
		leads[g.Leader]++
	}
	for _, m := range v.Members {
		if m.State == member.Active {
			able = append(able, m.ID)
		}
	}
	best := len(v.Groups)
	for larger := range 1 << len(able) {
		given, moved := 0, len(v.Groups)
		for i, id := range able {
			share := len(v.Groups)/len(able) + larger>>i&1
			given += share
			moved -= min(share, leads[id])
		}
		if given == len(v.Groups) {
			best = min(best, moved)
		}
	}
	return best
}
