package keeper_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"ursula/control/member"
	"ursula/control/place"
	"ursula/control/place/keeper"
)

// How long a new learner takes to get the log, and the cold objects.
const (
	catchUp = 3 * time.Second
	fetch   = 5 * time.Second
)

// world is a cluster whose Raft is replaced by its outcome. It runs in a synctest
// bubble.
type world struct {
	t       *testing.T
	mu      sync.Mutex
	roster  member.Roster
	groups  []*fakeGroup
	running map[string]*process
	unfit   map[string]string
	lost    map[string]place.Cold // objects that will not come
	cut     map[[2]string]bool    // whom a node gets no answer from

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

// newWorld is made for node 1, which leads everything once it is started.
func newWorld(t *testing.T, groups int) *world {
	w := &world{t: t, running: map[string]*process{}, unfit: map[string]string{}, lost: map[string]place.Cold{}, cut: map[[2]string]bool{}, buried: map[string]bool{}}
	for range groups {
		w.groups = append(w.groups, &fakeGroup{
			leader: "1", term: 1, voters: []string{"1"}, since: map[string]time.Time{"1": time.Now().Add(-time.Hour)},
		})
	}
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
	k := keeper.New(keeper.Options{Self: id, Roster: p, Groups: p, Peers: p, First: first, Unfit: p.Unfit, Cold: p.Cold})
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
		if w.up(g.leader) && slices.Contains(g.voters, g.leader) && w.quorum(g.voters) {
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

// count returns how many changes there were.
func (w *world) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.changes
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

func address(id string) string { return "host-" + id + ":1" }
