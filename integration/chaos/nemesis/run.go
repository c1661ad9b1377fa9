package nemesis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"ursula/integration/cluster"
)

// moment is the begin or the end of an event.
type moment struct {
	at time.Duration
	do func(*cluster.Cluster) error
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
// fault is undone, ctx is done, or a node has died by itself. Faults may be
// left standing in the last two cases: see cluster.Recover.
func (t Timeline) Run(ctx context.Context, c *cluster.Cluster) error {
	begin := time.Now()
	for _, m := range t.moments() {
		if !wait(ctx, time.Until(begin.Add(m.at))) {
			return nil
		}
		if err := c.Died(); err != nil {
			return fmt.Errorf("%w, before %v", err, m.of)
		}
		if err := m.do(c); err != nil {
			return fmt.Errorf("%v: %w", m.of, err)
		}
	}
	return c.Died()
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
