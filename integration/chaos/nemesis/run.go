package nemesis

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"ursula/integration/cluster"
)

// Spell is when a fault was surely there: from when it had been done until it was about
// to be undone.
type Spell struct {
	Event
	Began, Ended time.Time
}

// moment is the begin or the end of an event.
type moment struct {
	at     time.Duration
	do     func(*cluster.Cluster) error
	of     Event
	begins bool
}

func (t Timeline) moments() []moment {
	var list []moment
	for _, e := range t {
		list = append(list, moment{e.From, e.begin, e, true}, moment{e.To, e.end, e, false})
	}
	slices.SortStableFunc(list, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	return list
}

// Run carries the timeline out, in the test's goroutine, and returns when its last
// fault is undone, ctx is done, or a node has died by itself. Faults may be
// left standing in the last two cases: see cluster.Recover. It returns what was done
// and undone.
func (t Timeline) Run(ctx context.Context, c *cluster.Cluster) (done []Spell, err error) {
	begin := time.Now()
	began := map[Event]time.Time{}
	for _, m := range t.moments() {
		if !wait(ctx, time.Until(begin.Add(m.at))) {
			return done, nil
		}
		if err := c.Died(); err != nil {
			return done, fmt.Errorf("%w, before %v", err, m.of)
		}
		before := time.Now()
		if err := m.do(c); err != nil {
			return done, fmt.Errorf("%v: %w", m.of, err)
		}
		if m.begins {
			began[m.of] = time.Now()
		} else {
			done = append(done, Spell{m.of, began[m.of], before})
		}
	}
	return done, c.Died()
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
