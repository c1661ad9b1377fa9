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

	// again is the segment from which on it is worth trying again, after
	// everything that is live had been moved and was too much all the same.
	again uint64
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
//
// What is moved forward is as large at the head. Once as much was moved as may
// be kept, more of it would only write the same records over and over.
func (c *Compactor) compact(ctx context.Context, files Files) error {
	for moved := int64(0); ctx.Err() == nil; {
		if moved > c.limit {
			c.give(files)
		}
		if newest(files) < c.again {
			return nil
		}
		horizon, over := c.excess(files)
		if !over {
			return nil
		}
		g := c.holder(horizon)
		if g == nil {
			return nil
		}
		n, err := c.free(ctx, g, horizon)
		if err != nil {
			return err
		}
		moved += n
	}
	return nil
}

// give up until the journal has grown by half.
func (c *Compactor) give(files Files) {
	c.again = newest(files) + uint64(len(files.Segments())/2) + 1
	c.log.Warn("the newest entries of all groups alone are more than the journal should keep", "limit", c.limit)
}

func newest(files Files) (number uint64) {
	for _, s := range files.Segments() {
		number = max(number, s.Number)
	}
	return number
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

// free makes a group need less of what lies before horizon, and returns how many
// bytes had to be moved for that.
func (c *Compactor) free(ctx context.Context, g Group, horizon uint64) (moved int64, err error) {
	if err := g.Compact(ctx); err != nil || g.LiveBefore(horizon) == 0 {
		return 0, err
	}
	moved, err = g.MoveForward(horizon)
	c.log.Debug("moved log records forward", "group", g.ID(), "bytes", moved)
	return moved, err
}
