package node

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"ursula/core/group"
	"ursula/core/journal"
	"ursula/core/shard"
)

// load is what is on its way to the journal of one shard.
type load struct{ bytes atomic.Int64 }

// entryOverhead is about what a command takes in the journal beside its data.
const entryOverhead = 512

// reserve asks for the journal's room for everything that is under way in the
// shard, the command that asks included: what is admitted singly must still fit
// when it comes together.
func (g *member) reserve(int) error {
	err := g.log.Reserve(int(g.load.bytes.Load()))
	if errors.Is(err, journal.ErrNoSpace) {
		return fmt.Errorf("%w: %w", group.ErrNoSpace, err)
	}
	return err
}

// logGroup is a group as its shard's compactor sees it.
type logGroup struct{ *member }

var _ shard.Group = logGroup{}

// ID implements shard.Group.
func (g logGroup) ID() uint32 { return g.id }

// Compact implements shard.Group.
func (g logGroup) Compact(ctx context.Context) error { return g.engine.Compact(ctx) }

// LiveBefore implements shard.Group. It leaves out the segment that the group's
// own shard writes now, which an idle shard keeps while others go far ahead:
// neither a snapshot nor a move gets the last records out of there.
func (g logGroup) LiveBefore(segment uint64) int64 {
	return g.log.LiveBefore(min(segment, g.head()))
}

// MoveForward implements shard.Group.
func (g logGroup) MoveForward(segment uint64) (int64, error) { return g.log.MoveForward(segment) }

// head is the segment that the group's shard writes.
func (g logGroup) head() uint64 {
	for _, s := range g.node.logs.Segments() {
		if !s.Closed && s.Shard == g.node.table.Shard(g.id) {
			return s.Number
		}
	}
	return math.MaxUint64
}
