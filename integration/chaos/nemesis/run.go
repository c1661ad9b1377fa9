package nemesis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ursula/integration/cluster"
)

// ErrDied means that a process ended without anybody having ended it.
var ErrDied = errors.New("a node died by itself")

// moment is the begin or the end of an event.
type moment struct {
	at time.Duration
	do func(*cluster.Cluster)
	of Event
}

func (t Timeline) moments() []moment {
	var list []moment
	for _, e := range t {
		list = append(list, moment{e.From, e.begin, e}, moment{e.To, e.end, e})
	}
	slices.SortStableFunc(list, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	return list
}

// Run carries the timeline out, in the test's goroutine, and returns when its last
// fault is undone, ctx is done, or a node died that should not have. Faults may be
// left standing in the last two cases: see cluster.Recover.
func (t Timeline) Run(ctx context.Context, c *cluster.Cluster) error {
	begin := time.Now()
	down := map[int]bool{} // ended by us
	for _, m := range t.moments() {
		if !wait(ctx, time.Until(begin.Add(m.at))) {
			return nil
		}
		if err := died(c, down); err != nil {
			return fmt.Errorf("%w, before %v", err, m.of)
		}
		m.do(c)
		if m.of.Fault.process() && m.of.Fault != Pause {
			down[m.of.Node] = m.at == m.of.From
		}
	}
	return died(c, down)
}

// died names a node that has ended by itself.
func died(c *cluster.Cluster, down map[int]bool) error {
	for _, node := range c.Nodes() {
		if !down[node.ID] && !node.Alive() {
			return fmt.Errorf("%w: node %d", ErrDied, node.ID)
		}
	}
	return nil
}

// wait is not for an event: the moments of faults are times.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
