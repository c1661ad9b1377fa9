package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"ursula/control/member"
	"ursula/control/place"
	"ursula/control/place/keeper"
)

// catchUp is how long a new learner takes to get the log.
const catchUp = 3 * time.Second

// world is a cluster whose Raft is replaced by its outcome. It runs in a synctest
// bubble.
type world struct {
	t       *testing.T
	mu      sync.Mutex
	roster  member.Roster
	groups  []*fakeGroup
	running map[string]*process
	unfit   map[string]string

	crashing sync.WaitGroup
	buried   map[string]bool // killed by the story, not to come back by themselves

	changes int  // of groups and roster so far
	crashAt int  // the keeper that makes this change crashes
	late    bool // after the change, not before
}

// process is a node that runs.
type process struct {
	keeper *keeper.Keeper
	stop   context.CancelFunc
	ended  chan struct{}
}

// newWorld begins with node 1 alone, which leads everything.
func newWorld(t *testing.T, groups int) *world {
	w := &world{t: t, running: map[string]*process{}, unfit: map[string]string{}, buried: map[string]bool{}}
	for range groups {
		w.groups = append(w.groups, &fakeGroup{
			leader: "1", term: 1, voters: []string{"1"}, since: map[string]time.Time{"1": time.Now().Add(-time.Hour)},
		})
	}
	w.start("1")
	t.Cleanup(w.end)
	return w
}

func (w *world) end() {
	w.mu.Lock()
	w.crashAt = 0
	running := w.running
	w.mu.Unlock()
	w.crashing.Wait()
	for id := range running {
		w.kill(id)
	}
}

func (w *world) start(id string) {
	first, err := member.First("c", len(w.groups), []member.Founder{{ID: "1", Address: address("1"), Disk: "disk-1"}}, time.Now())
	if err != nil {
		w.t.Error(err)
	}
	if id != "1" {
		first = member.Roster{}
	}
	p := port{w, id}
	k := keeper.New(keeper.Options{Self: id, Roster: p, Groups: p, Peers: p, First: first, Unfit: p.Unfit})
	ctx, stop := context.WithCancel(context.Background())
	run := &process{k, stop, make(chan struct{})}
	w.mu.Lock()
	w.running[id], w.buried[id] = run, false
	w.elect()
	w.mu.Unlock()
	go func() {
		defer close(run.ended)
		k.Run(ctx)
	}()
}

// kill ends a node for good, unless the story starts it again.
func (w *world) kill(id string) {
	w.mu.Lock()
	w.buried[id] = true
	w.mu.Unlock()
	w.halt(id)
}

// halt ends a node and waits for its goroutine.
func (w *world) halt(id string) {
	w.mu.Lock()
	run := w.running[id]
	delete(w.running, id)
	w.elect()
	w.mu.Unlock()
	if run != nil {
		run.stop()
		<-run.ended
	}
}

// crash ends a node in the middle of what it does, and starts it again later.
func (w *world) crash(id string) {
	w.running[id].stop()
	w.crashing.Go(func() {
		w.halt(id)
		time.Sleep(2 * time.Second)
		w.mu.Lock()
		buried := w.buried[id]
		w.mu.Unlock()
		if !buried {
			w.start(id)
		}
	})
}

func (w *world) elect() {
	for _, g := range w.groups {
		if w.up(g.leader) && slices.Contains(g.voters, g.leader) {
			continue
		}
		g.leader = ""
		for _, id := range g.voters {
			if g.leader == "" && w.up(id) && w.quorum(g.voters) && g.has(id) {
				g.leader = id
				g.term++
			}
		}
	}
}

func (w *world) up(id string) bool { return w.running[id] != nil }

func (w *world) quorum(voters []string) bool {
	n := 0
	for _, id := range voters {
		if w.up(id) {
			n++
		}
	}
	return 2*n > len(voters)
}

// command changes the roster as an operator does.
func (w *world) command(change func(member.Roster) (member.Roster, error)) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	r, err := change(w.roster)
	if err != nil {
		w.t.Fatal(err)
	}
	w.set(r)
}

// set writes a roster. An empty disk must not take a place that a group still
// counts on.
func (w *world) set(r member.Roster) {
	for _, m := range w.roster.Members {
		next, ok := r.Find(m.ID)
		if m.State == member.Leaving && (!ok || next.State != member.Leaving) && w.holds(m.ID) {
			w.t.Errorf("node %s is said to have left and has not", m.ID)
		}
	}
	w.roster = r
}

func (w *world) holds(id string) bool {
	return slices.ContainsFunc(w.groups, func(g *fakeGroup) bool { return slices.Contains(g.members(), id) })
}

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
			slices.Sort(g.voters)
			if !slices.Equal(g.voters, ids) || len(g.learners) > 0 || g.leader == "" {
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

func address(id string) string { return "host-" + id + ":1" }

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
	run := p.w.running[id]
	p.w.mu.Unlock()
	if run == nil {
		<-ctx.Done()
		return place.Report{}, context.Cause(ctx)
	}
	return run.keeper.Report(), nil
}
