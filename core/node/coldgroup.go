package node

import (
	"context"
	"errors"
	"sync"

	"ursula/core/cold"
	"ursula/core/stream"
)

// coldGroup is a group as the Flusher sees it.
type coldGroup struct{ *member }

var _ cold.Group = coldGroup{}

// objectNumbers numbers the objects of a group: the term in the upper half and
// a count in the lower. No two leaders share a term, and no process leads twice
// in one, so that numbers are never used twice.
type objectNumbers struct {
	mu   sync.Mutex
	term uint64 // the last one in which this node was seen to lead
	last uint64
}

// errOutdated refuses an object that was numbered in an earlier term: another
// leader may have taken it for abandoned in the meantime, and deleted it.
var errOutdated = errors.New("object belongs to an earlier term")

// led notes the term in which this node leads, 0 when it does not.
func (o *objectNumbers) led(term uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.term = max(o.term, term)
}

func (o *objectNumbers) next() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = max(o.last+1, o.term<<stream.ObjectTermShift)
	return o.last
}

// ID implements cold.Group.
func (g coldGroup) ID() uint32 { return g.id }

// Leads implements cold.Group.
func (g coldGroup) Leads() bool {
	term := g.engine.Term()
	g.objects.led(term)
	return term != 0
}

// NextObject implements cold.Flushable. The number is of the term in which Leads
// last said yes, even if that has just ended.
func (g coldGroup) NextObject() uint64 { return g.objects.next() }

// Unflushed implements cold.Flushable.
func (g coldGroup) Unflushed() (bytes int64) {
	g.engine.Replica().View(func(m *stream.Machine) { bytes = m.Unflushed() })
	return bytes
}

// Shed implements cold.Group.
func (g coldGroup) Shed(most int64) (freed int64) {
	g.engine.Replica().Maintain(func(m *stream.Machine) { freed = m.Shed(most) })
	return freed
}

// Candidates implements cold.Flushable.
func (g coldGroup) Candidates(most int64) (chunks []cold.Chunk) {
	g.engine.Replica().View(func(m *stream.Machine) {
		for _, c := range m.FlushCandidates(most) {
			chunks = append(chunks, cold.Chunk(c))
		}
	})
	return chunks
}

// Commit implements cold.Flushable.
func (g coldGroup) Commit(ctx context.Context, f stream.Flush) error {
	if g.engine.Term() != f.Object>>stream.ObjectTermShift {
		return errOutdated
	}
	return g.carryOut(ctx, &stream.Command{Op: stream.OpFlush, Flush: &f})
}

// Garbage implements cold.Sweepable.
func (g coldGroup) Garbage() (objects []uint64) {
	g.engine.Replica().View(func(m *stream.Machine) { objects = m.Garbage() })
	return objects
}

// Sweep implements cold.Sweepable.
func (g coldGroup) Sweep(ctx context.Context, objects []uint64) error {
	return g.carryOut(ctx, &stream.Command{Op: stream.OpSweep, Objects: objects})
}

// Abandoned implements cold.Sweepable. A leader that serves has applied an entry
// of its own term, so nothing proposed in an earlier one can still commit. The
// term is read before the state: the other way round, a replica that begins to
// lead in between would judge by what it knew as a follower.
func (g coldGroup) Abandoned(object uint64) bool {
	term := g.engine.Term()
	known := true
	g.engine.Replica().View(func(m *stream.Machine) { known = m.KnowsObject(object) })
	return !known && object>>stream.ObjectTermShift < term
}

func (g *member) carryOut(ctx context.Context, c *stream.Command) error {
	result, err := g.propose(ctx, c)
	if err != nil {
		return err
	}
	return result.Err
}
