package rollout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ursula/control/admin"
)

// Cluster is asked through any of its nodes.
type Cluster interface {
	Status(ctx context.Context) (admin.Status, error)
	Drain(ctx context.Context, id string) (roster uint64, err error)
	Undrain(ctx context.Context, id string) (roster uint64, err error)
}

// Nodes reaches each node by itself.
type Nodes interface {
	// Probe returns what the node itself says, ErrDown when it does not run, and
	// ErrUnreached when nobody there can be asked.
	Probe(ctx context.Context, n Node) (admin.Status, error)
	// Stop asks the process n.Boot to end, and no other.
	Stop(ctx context.Context, n Node) error
	// Start runs a command for the node and returns when the command has ended.
	Start(ctx context.Context, n Node, command string) error
}

// Executor carries plans out.
type Executor struct {
	Cluster Cluster
	Nodes   Nodes
	// Save keeps the plan before anything that depends on it is done.
	Save     func(Plan) error
	Say      func(progress string)
	Patience time.Duration // for each step
	Pause    time.Duration // between two looks
}

// StuckError is a step that could not be done in time, or whose action failed.
// Nothing is undone: the plan can be resumed.
type StuckError struct {
	Step  Step
	Index int
	Of    int
	Why   string
}

func (e *StuckError) Error() string {
	return fmt.Sprintf("rollout stopped before step %d of %d, %s node %s: %s", e.Index+1, e.Of, e.Step.Do, e.Step.Node, e.Why)
}

// Run carries out what is not done yet. The error is a *StuckError, a failure to
// save, or the cause of ctx.
func (e *Executor) Run(ctx context.Context, p Plan) error {
	for i := p.Next(); i >= 0; i = p.Next() {
		if err := e.step(ctx, p, i); err != nil {
			return err
		}
		p.Steps[i].Done = true
		if err := e.Save(p); err != nil {
			return err
		}
	}
	return nil
}

// step looks and acts until the step is done. A command that was successful is not
// repeated because its process takes its time.
func (e *Executor) step(ctx context.Context, p Plan, i int) error {
	ctx, cancel := context.WithTimeout(ctx, e.Patience)
	defer cancel()
	step, started, why := p.Steps[i], false, ""
	for {
		v := e.Look(ctx, p, i)
		if v.Done {
			e.Say(fmt.Sprintf("[%d/%d] %s node %s: %s", i+1, len(p.Steps), step.Do, step.Node, v.Why))
			return nil
		}
		if ctx.Err() == nil {
			why = v.Why // afterwards it would only say that time is up
		}
		if v.Act != "" && !(v.Act == Start && started) {
			err := e.act(ctx, p, v.Act, step.Node)
			if err != nil && ctx.Err() == nil {
				why = err.Error()
			}
			started = started || v.Act == Start && err == nil
		}
		select {
		case <-time.After(e.Pause):
		case <-ctx.Done():
			return stuck(ctx, p, i, why)
		}
	}
}

func stuck(ctx context.Context, p Plan, i int, why string) error {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return context.Cause(ctx)
	}
	return &StuckError{p.Steps[i], i, len(p.Steps), why}
}

// Look judges step i of the plan and changes nothing.
func (e *Executor) Look(ctx context.Context, p Plan, i int) Verdict {
	var s Seen
	n := p.node(p.Steps[i].Node)
	s.Cluster, s.ClusterErr = e.Cluster.Status(ctx)
	s.Node, s.NodeErr = e.Nodes.Probe(ctx, *n)
	return Judge(p.Steps[i].Do, *n, p.Command != "", s)
}

func (e *Executor) act(ctx context.Context, p Plan, v Verb, id string) (err error) {
	switch n := p.node(id); v {
	case Drain:
		_, err = e.Cluster.Drain(ctx, id)
	case Undrain:
		_, err = e.Cluster.Undrain(ctx, id)
	case Start:
		err = e.Nodes.Start(ctx, *n, p.Command)
	case Stop:
		if err = e.note(ctx, p, n); err == nil {
			err = e.Nodes.Stop(ctx, *n)
		}
	}
	return err
}

// note writes down which process is to end, so that after an interruption the next
// one is not taken for it.
func (e *Executor) note(ctx context.Context, p Plan, n *Node) error {
	if n.Boot != "" {
		return nil
	}
	s, err := e.Nodes.Probe(ctx, *n)
	if err != nil {
		return err
	}
	n.Boot = s.Boot
	return e.Save(p)
}
