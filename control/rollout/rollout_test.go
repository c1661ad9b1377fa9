package rollout_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ursula/control/member"
	"ursula/control/rollout"
	"ursula/core/vfs"
)

// done says that each node has had exactly one new process and leads again.
func (f *fleet) done() error {
	for id, p := range f.processes {
		if p.boot != 2 || !p.up || p.drains {
			return fmt.Errorf("node %s is %+v", id, *p)
		}
	}
	return nil
}

func TestEachNodeGetsANewProcess(t *testing.T) {
	for name, command := range map[string]string{"by a command": "start {id}", "by a supervisor": ""} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFleet(t)
				f.supervise = command == ""
				var said []string
				f.say = func(s string) { said = append(said, s) }
				f.plan(command)
				if err := errors.Join(f.run(), f.done()); err != nil {
					t.Fatal(err)
				}
				want := []string{
					"[1/18] verify node 1: all is well", "[2/18] drain node 1: node 1 is draining", "[4/18] start node 1: node 1 runs v2",
					"[18/18] undrain node 3: node 3 is active",
				}
				for _, line := range want {
					if !slices.Contains(said, line) {
						t.Errorf("did not say %q:\n%s", line, strings.Join(said, "\n"))
					}
				}
				before := f.actions
				if err := f.run(); err != nil || f.actions != before {
					t.Errorf("a plan that is done: %v, %d actions", err, f.actions-before)
				}
			})
		})
	}
}

// The executor is cut off before or after each of its actions, and its machine
// loses power. What the file holds then leads to the same end.
func TestAnInterruptedRolloutIsResumed(t *testing.T) {
	for _, supervise := range []bool{false, true} {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("supervise=%v late=%v", supervise, late), func(t *testing.T) {
				for at, cut := 1, true; cut && !t.Failed(); at++ {
					synctest.Test(t, func(t *testing.T) { cut = interrupt(t, at, late, supervise) })
				}
			})
		}
	}
}

func interrupt(t *testing.T, at int, late, supervise bool) (cut bool) {
	f := newFleet(t)
	f.supervise = supervise
	command := "start {id}"
	if supervise {
		command = ""
	}
	f.plan(command)
	f.cutAt, f.late = at, late
	err := f.run()
	cut = f.actions >= at
	if !cut && err != nil || cut && err == nil && f.done() != nil {
		t.Errorf("cut off at %d: %v", at, err)
	}
	f.lose()
	if err := errors.Join(f.run(), f.done()); err != nil {
		t.Errorf("resumed after %d: %v", at, err)
	}
	return cut
}

func TestARolloutStopsWhenAMemberIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t)
		f.plan("start {id}")
		f.processes["3"].up = false
		err := f.run()
		stuck := new(rollout.StuckError)
		if !errors.As(err, &stuck) || stuck.Step.Do != rollout.Verify || stuck.Why != "node 3 does not answer" {
			t.Fatalf("got %v", err)
		}
		if want := "rollout stopped before step 1 of 18, verify node 1: node 3 does not answer"; err.Error() != want {
			t.Errorf("says %q", err)
		}
		if f.actions > 0 {
			t.Errorf("%d actions", f.actions)
		}
		f.processes["3"].up = true
		if err := errors.Join(f.run(), f.done()); err != nil {
			t.Error(err)
		}
	})
}

func TestANodeThatDoesNotComeBackHoldsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t) // with no command and no supervisor
		f.plan("")
		stuck := new(rollout.StuckError)
		if err := f.run(); !errors.As(err, &stuck) || stuck.Step != (rollout.Step{Node: "1", Do: rollout.Start}) ||
			!strings.Contains(stuck.Why, "by its supervisor, or by hand") {
			t.Fatalf("got %v", err)
		}
		if f.processes["2"].boot != 1 || f.processes["3"].boot != 1 {
			t.Error("others were touched")
		}
	})
}

func TestStepsAreJudgedByWhatIsSeen(t *testing.T) {
	f := newFleet(t)
	node := rollout.Node{ID: "2", Boot: "1"}
	seen := func(change func(s *rollout.Seen)) rollout.Seen {
		s := rollout.Seen{Cluster: f.status(), Node: f.status()}
		s.Node.Boot, s.Node.Version = "1", "v2"
		change(&s)
		return s
	}
	asIs := seen(func(*rollout.Seen) {})
	ready := seen(func(s *rollout.Seen) { s.Cluster.Members[1].State, s.Cluster.Members[1].Leads = member.Draining, 0 })
	blind := seen(func(s *rollout.Seen) { s.ClusterErr = errors.New("timeout") })
	slow := seen(func(s *rollout.Seen) { s.NodeErr, s.ClusterErr = errors.New("timeout"), errors.New("timeout") })
	down := seen(func(s *rollout.Seen) { s.NodeErr = rollout.ErrDown })
	lost := seen(func(s *rollout.Seen) { s.NodeErr = rollout.ErrUnreached })
	missed := seen(func(s *rollout.Seen) { s.NodeErr, s.Cluster.Members[1].Reachable = rollout.ErrUnreached, false })
	next := seen(func(s *rollout.Seen) { s.Node.Boot = "2" })
	gone := seen(func(s *rollout.Seen) { s.Cluster.Members = s.Cluster.Members[:1] })
	for name, c := range map[string]struct {
		do   rollout.Verb
		seen rollout.Seen
		want rollout.Verdict
	}{
		"verify":                {rollout.Verify, asIs, rollout.Verdict{Done: true, Why: "all is well"}},
		"verify, no answer":     {rollout.Verify, slow, rollout.Verdict{Why: "timeout"}},
		"drain":                 {rollout.Drain, asIs, rollout.Verdict{Act: rollout.Drain, Why: "node 2 is active"}},
		"drain, not a member":   {rollout.Drain, gone, rollout.Verdict{Why: "node 2 is not a member any more"}},
		"stop":                  {rollout.Stop, ready, rollout.Verdict{Act: rollout.Stop, Why: "node 2 runs"}},
		"stop, undrained":       {rollout.Stop, asIs, rollout.Verdict{Act: rollout.Drain, Why: "node 2 is active"}},
		"stop, others unknown":  {rollout.Stop, blind, rollout.Verdict{Why: "timeout"}},
		"stop, no answer":       {rollout.Stop, slow, rollout.Verdict{Why: "timeout"}},
		"stop, down":            {rollout.Stop, down, rollout.Verdict{Done: true, Why: "node 2 has ended"}},
		"stop, unreached":       {rollout.Stop, lost, rollout.Verdict{Why: rollout.ErrUnreached.Error()}},
		"stop, missed by all":   {rollout.Stop, missed, rollout.Verdict{Done: true, Why: "node 2 has ended"}},
		"start, unreached":      {rollout.Start, lost, rollout.Verdict{Why: rollout.ErrUnreached.Error()}},
		"start, missed by all":  {rollout.Start, missed, rollout.Verdict{Act: rollout.Start, Why: "node 2 is down"}},
		"stop, the next":        {rollout.Stop, next, rollout.Verdict{Done: true, Why: "node 2 has another process"}},
		"start, down":           {rollout.Start, down, rollout.Verdict{Act: rollout.Start, Why: "node 2 is down"}},
		"start, no answer":      {rollout.Start, slow, rollout.Verdict{Why: "timeout"}},
		"start, not ended":      {rollout.Start, ready, rollout.Verdict{Act: rollout.Stop, Why: "node 2 runs"}},
		"start, the next":       {rollout.Start, next, rollout.Verdict{Done: true, Why: "node 2 runs v2"}},
		"catch up, no answer":   {rollout.CatchUp, slow, rollout.Verdict{Why: "timeout"}},
		"catch up":              {rollout.CatchUp, next, rollout.Verdict{Done: true, Why: "all is well"}},
		"undrain, active":       {rollout.Undrain, asIs, rollout.Verdict{Done: true, Why: "node 2 is active"}},
		"undrain, no answer":    {rollout.Undrain, slow, rollout.Verdict{Why: "timeout"}},
		"undrain, not a member": {rollout.Undrain, gone, rollout.Verdict{Why: "node 2 is not a member any more"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := rollout.Judge(c.do, node, true, c.seen); got != c.want {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestOnlyOneCarriesAPlanOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t)
		f.plan("start {id}")
		f.say = func(string) {
			if _, err := rollout.Open(f.disk, planFile); !errors.Is(err, vfs.ErrLocked) {
				t.Errorf("opened twice: %v", err)
			}
		}
		start := time.Now()
		if err := f.run(); err != nil || time.Since(start) < 15*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
