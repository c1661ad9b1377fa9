package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Ready waits until all nodes of a cluster are ready and each of its groups has a
// leader, and tells how long that took. Its target's URLs are admin addresses.
type Ready struct {
	Limit    time.Duration // after it, the run fails
	Balanced bool          // wait also until the nodes lead equally many groups
}

// readyPause is the time between two questions. They cost the nodes something, too.
const readyPause = 200 * time.Millisecond

// Name implements Workload.
func (w Ready) Name() string { return "ready" }

// Parameters implements Workload.
func (w Ready) Parameters() []Parameter { return []Parameter{{"limit", w.Limit.String()}} }

// Run implements Workload.
func (w Ready) Run(ctx context.Context, t Target, opts Options) (Result, error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, w.Limit)
	defer cancel()
	s, err := w.await(ctx, t)
	if err != nil && !errors.Is(err, errUntold) {
		return Result{}, fmt.Errorf("%s is not ready after %v: %w", t.Name, time.Since(start), err)
	}
	r := newResult(w, t)
	r.add("ready after", time.Since(start).Seconds(), unitSeconds)
	r.add("groups", float64(len(s.Groups)), unitCount)
	for _, m := range s.Members {
		r.add("node "+m.ID+" leads", float64(m.Leads), unitCount)
	}
	if err != nil {
		r.note(err.Error() + ": only /readyz was awaited")
	}
	return r, nil
}

// await returns the first status with which it is content.
func (w Ready) await(ctx context.Context, admin Target) (clusterStatus, error) {
	for {
		s, err := w.look(ctx, admin)
		if err == nil || errors.Is(err, errUntold) {
			return s, err
		}
		if sleep(ctx, readyPause); ctx.Err() != nil {
			return s, err
		}
	}
}

// look returns an error that says what is missing.
func (w Ready) look(ctx context.Context, admin Target) (clusterStatus, error) {
	for i := range admin.nodes {
		if err := askReady(ctx, admin, i); err != nil {
			return clusterStatus{}, err
		}
	}
	s, err := askStatus(ctx, admin)
	switch n := s.leaderless(); {
	case err != nil:
		return s, err
	case len(s.Groups) == 0:
		return s, errors.New("the cluster is not formed yet: it has no groups")
	case n > 0:
		return s, fmt.Errorf("%d of %d groups have no leader", n, len(s.Groups))
	case w.Balanced && !s.balanced():
		return s, fmt.Errorf("the nodes do not lead equally many groups: %+v", s.Members)
	}
	return s, nil
}

func askReady(ctx context.Context, admin Target, i int) error {
	c, err := admin.dial(ctx, i)
	if err != nil {
		return err
	}
	defer c.close()
	_ = c.net.SetDeadline(time.Now().Add(statusLimit))
	return expect(c, request("GET", c.host, "/readyz", nil))
}
