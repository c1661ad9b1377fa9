package rollout_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"ursula/control/admin"
	"ursula/control/member"
	"ursula/control/place"
	"ursula/control/rollout"
	"ursula/core/vfs/faultfs"
)

// fleet is three nodes in a synctest bubble, with an executor that may be cut off
// in the middle of any action.
type fleet struct {
	t         *testing.T
	processes map[string]*process
	disk      *faultfs.FS
	supervise bool // processes come back by themselves
	say       func(string)

	actions int
	cutAt   int  // the action in which the executor dies
	late    bool // after its effect, not before
	cut     context.CancelCauseFunc
}

// process is a node and its process.
type process struct {
	boot   int
	up     bool
	drains bool
	leads  int
	behind time.Time // until then
}

const planFile = "/plan.json"

func newFleet(t *testing.T) *fleet {
	f := &fleet{t: t, processes: map[string]*process{}, disk: faultfs.New(), say: func(string) {}}
	for _, id := range []string{"1", "2", "3"} {
		f.processes[id] = &process{boot: 1, up: true, leads: 2}
	}
	return f
}

var errCut = errors.New("the executor was cut off")

// act is an action of the executor on the outside.
func (f *fleet) act(effect func() error) error {
	f.actions++
	if f.actions == f.cutAt {
		defer f.cut(errCut)
		if !f.late {
			return errCut
		}
	}
	return effect()
}

// run carries out what the file says, as a new process would.
func (f *fleet) run() error {
	ctx, cancel := context.WithCancelCause(f.t.Context())
	defer cancel(nil)
	f.cut = cancel
	file, err := rollout.Open(f.disk, planFile)
	if err != nil {
		return err
	}
	plan, err := rollout.Read(f.disk, planFile)
	if err != nil {
		return err
	}
	e := rollout.Executor{
		Cluster: f, Nodes: f, Say: f.say, Patience: time.Minute, Pause: time.Second,
		Save: func(p rollout.Plan) error { return f.act(func() error { return file.Save(p) }) },
	}
	return errors.Join(e.Run(ctx, plan), file.Close())
}

// plan writes a new plan for all nodes.
func (f *fleet) plan(command string) {
	file, err := rollout.Open(f.disk, planFile)
	if err != nil {
		f.t.Fatal(err)
	}
	nodes := []rollout.Node{{ID: "3", Admin: "http://c"}, {ID: "1", Admin: "http://a"}, {ID: "2", Admin: "http://b"}}
	if err := errors.Join(file.Save(rollout.New(nodes, command)), file.Close()); err != nil {
		f.t.Fatal(err)
	}
}

// lose has the executor's machine lose power.
func (f *fleet) lose() { f.disk = f.disk.CrashClone(rand.New(rand.NewPCG(1, uint64(f.cutAt)))) }

func (f *fleet) status() admin.Status {
	s := admin.Status{}
	for _, id := range []string{"1", "2", "3"} {
		p := f.processes[id]
		m := place.MemberStatus{ID: id, State: member.Active, Reachable: p.up, Votes: 6, CaughtUp: 6, Leads: p.leads}
		if p.drains {
			m.State = member.Draining
		}
		if time.Now().Before(p.behind) {
			m.CaughtUp = 5
		}
		s.Members = append(s.Members, m)
	}
	for i := range 6 {
		s.Groups = append(s.Groups, place.GroupStatus{ID: uint32(i), Leader: "x", Settled: true, Voters: []string{"1", "2", "3"}})
	}
	return s
}

func (f *fleet) Status(context.Context) (admin.Status, error) { return f.status(), nil }

func (f *fleet) Drain(_ context.Context, id string) (uint64, error) {
	return 0, f.act(func() error {
		f.processes[id].drains, f.processes[id].leads = true, 0
		return nil
	})
}

func (f *fleet) Undrain(_ context.Context, id string) (uint64, error) {
	return 0, f.act(func() error {
		f.processes[id].drains, f.processes[id].leads = false, 2
		return nil
	})
}

func (f *fleet) Probe(_ context.Context, n rollout.Node) (admin.Status, error) {
	p := f.processes[n.ID]
	if !p.up {
		return admin.Status{}, rollout.ErrDown
	}
	s := f.status()
	s.Node, s.Boot, s.Version = n.ID, fmt.Sprint(p.boot), "v2"
	return s, nil
}

// Stop checks what a rollout promises.
func (f *fleet) Stop(_ context.Context, n rollout.Node) error {
	return f.act(func() error {
		p := f.processes[n.ID]
		if n.Boot != "1" || fmt.Sprint(p.boot) != n.Boot {
			f.t.Errorf("process %d of node %s is to end, asked for as %q", p.boot, n.ID, n.Boot)
		}
		for id, o := range f.processes {
			if !o.up || time.Now().Before(o.behind) || id == n.ID && o.leads > 0 {
				f.t.Errorf("node %s is stopped while %s is %+v", n.ID, id, *o)
			}
		}
		p.up = false
		if f.supervise {
			p.begin()
		}
		return nil
	})
}

func (f *fleet) Start(_ context.Context, n rollout.Node, command string) error {
	return f.act(func() error {
		if command != "start {id}" {
			f.t.Errorf("command %q", command)
		}
		if p := f.processes[n.ID]; !p.up {
			p.begin()
		}
		return nil
	})
}

func (p *process) begin() {
	p.boot++
	p.up, p.behind = true, time.Now().Add(5*time.Second)
}
