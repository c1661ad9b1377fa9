package shard

import (
	"context"
	"log/slog"
	"time"

	"ursula/core/journal"
)

// Group is a group as the Compactor sees it.
type Group interface {
	ID() uint32
	// Compact takes a snapshot and gives up the log before it.
	Compact(ctx context.Context) error
	// LiveBefore is how many bytes the group still needs of the journal's
	// segments with a lower number.
	LiveBefore(segment uint64) int64
	// MoveForward copies those bytes to the head.
	MoveForward(segment uint64) (int64, error)
}

// Files are the journal's segments, oldest first.
type Files interface {
	Segments() []journal.SegmentInfo
}

// Compactor bounds the journal bytes of one shard. Run does the work; Kick may
// be called concurrently with it.
type Compactor struct {
	groups []Group
	limit  int64
	log    *slog.Logger
	wake   chan struct{}
}

// retryAfter is how long a failed snapshot is left alone: the disk is full or
// broken, and no event says when it no longer is.
const retryAfter = 5 * time.Second

// NewCompactor returns a compactor without groups that keeps the segments that
// its groups need to about limit bytes.
func NewCompactor(limit int64, log *slog.Logger) *Compactor {
	return &Compactor{limit: limit, log: log, wake: make(chan struct{}, 1)}
}

// Add gives the compactor a group. Not to be called once Run has begun.
func (c *Compactor) Add(g Group) { c.groups = append(c.groups, g) }

// Kick says that the journal has grown. It never waits.
func (c *Compactor) Kick() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends.
func (c *Compactor) Run(ctx context.Context, files Files) {
	for {
		var retry <-chan time.Time
		if err := c.compact(ctx, files); err != nil && ctx.Err() == nil {
			c.log.Warn("cannot shorten the journal", "error", err)
			retry = time.After(retryAfter)
		}
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		case <-retry:
		}
	}
}

// compact frees old segments until the shard is within its limit, or there is
// nothing left that would help.
func (c *Compactor) compact(ctx context.Context, files Files) error {
	for ctx.Err() == nil {
		horizon, over := c.excess(files)
		if !over {
			return nil
		}
		g := c.holder(horizon)
		if g == nil {
			return nil
		}
		if err := c.free(ctx, g, horizon); err != nil {
			return err
		}
	}
	return nil
}

// excess returns the number of the first segment that may stay: what lies in
// earlier ones is over the limit.
func (c *Compactor) excess(files Files) (horizon uint64, over bool) {
	segments := files.Segments()
	var held int64
	for i := len(segments) - 1; i >= 0; i-- {
		held += segments[i].Bytes
		if held > c.limit && segments[i].Closed && i+1 < len(segments) {
			return segments[i+1].Number, true
		}
	}
	return 0, false
}

// holder returns the group that needs most of what lies before horizon.
func (c *Compactor) holder(horizon uint64) Group {
	var most Group
	var bytes int64
	for _, g := range c.groups {
		if n := g.LiveBefore(horizon); n > bytes {
			most, bytes = g, n
		}
	}
	return most
}

func (c *Compactor) free(ctx context.Context, g Group, horizon uint64) error {
	if err := g.Compact(ctx); err != nil {
		return err
	}
	if g.LiveBefore(horizon) == 0 {
		return nil
	}
	moved, err := g.MoveForward(horizon)
	c.log.Debug("moved log records forward", "group", g.ID(), "bytes", moved)
	return err
}
