package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"time"
)

// killAll kills a node, waits until all writers are served again, brings the node back
// and lets the cluster settle, as many times as was asked for.
func (f Failover) killAll(ctx context.Context, t Target, opts Options, c *crowd) error {
	for n := range f.Kills {
		node, err := f.victim(ctx, t)
		if err != nil {
			return fmt.Errorf("kill %d: %w", n+1, err)
		}
		took, err := f.strike(ctx, node, c)
		if err != nil {
			return fmt.Errorf("kill %d, node %s: %w", n+1, node, err)
		}
		opts.progress("failover %s: kill %d of %d, node %s: writes were back after %v",
			t.Name, n+1, f.Kills, node, took.Round(time.Millisecond))
		if err := f.mend(ctx, node, c); err != nil {
			return fmt.Errorf("after kill %d, node %s: %w", n+1, node, err)
		}
	}
	return nil
}

// victim returns the node that leads most groups, or any if nobody tells.
func (f Failover) victim(ctx context.Context, t Target) (node string, err error) {
	if len(f.Admin.nodes) > 0 {
		s, err := askStatus(ctx, f.Admin)
		if err == nil {
			return s.busiest(), nil
		}
		if !errors.Is(err, errUntold) {
			return "", err
		}
	}
	return strconv.Itoa(1 + rand.IntN(len(t.nodes))), nil
}

// strike kills a node and returns the time until every writer was served. The command
// must kill as the last thing it does: time runs from its end.
func (f Failover) strike(ctx context.Context, node string, c *crowd) (time.Duration, error) {
	if err := shell(ctx, f.Kill, node); err != nil {
		return 0, err
	}
	k := newKill(time.Now(), f.Streams)
	c.kill.Store(k)
	limit := time.NewTimer(patienceLimit)
	defer limit.Stop()
	select {
	case <-k.over:
	case <-limit.C:
		return 0, fmt.Errorf("%d of %d writers are not served after %v", k.behind.Load(), f.Streams, patienceLimit)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	took := time.Since(k.at)
	c.outages.done(0, took)
	return took, nil
}

// mend restarts the node and waits until it is ready: a kill while another node is away
// would measure the loss of the majority. It then waits for the cluster to settle. One
// that does not in time is struck again all the same, and the report says so.
func (f Failover) mend(ctx context.Context, node string, c *crowd) error {
	if err := shell(ctx, f.Restart, node); err != nil {
		return err
	}
	if len(f.Admin.nodes) == 0 {
		sleep(ctx, f.Settle)
		return ctx.Err()
	}
	if err := f.await(ctx, Ready{Limit: patienceLimit}); err != nil {
		return fmt.Errorf("not ready %v after its restart: %w", patienceLimit, err)
	}
	if err := f.await(ctx, Ready{Limit: f.Settle, Balanced: true}); err != nil {
		c.notes = append(c.notes, fmt.Sprintf("not settled %v after node %s was back: %v", f.Settle, node, err))
	}
	return ctx.Err()
}

func (f Failover) await(ctx context.Context, w Ready) error {
	ctx, cancel := context.WithTimeout(ctx, w.Limit)
	defer cancel()
	_, err := w.await(ctx, f.Admin)
	if errors.Is(err, errUntold) {
		return nil
	}
	return err
}

func shell(ctx context.Context, command, node string) error {
	out, err := exec.CommandContext(ctx, "sh", "-c", command+" "+node).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", command, node, err, out)
	}
	return nil
}
