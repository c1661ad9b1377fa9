package cold

import (
	"context"

	"ursula/core/stream"
)

// Group is what the Flusher needs of a group's replica on this node. Its
// methods are called from the Flusher's goroutine, one at a time; those without
// a context must not wait for disk, network or a proposal.
type Group interface {
	ID() uint32
	// Leads says whether this replica may propose. It is a hint: what depends
	// on leadership is decided by Commit and Sweep.
	Leads() bool
	// Shed drops up to about max flushed bytes from memory, reports the change
	// to the Budget, and returns how many bytes of memory that freed.
	Shed(max int64) int64

	Flushable
	Sweepable
}

// Flushable is the side of a Group that moves bytes out.
type Flushable interface {
	// Unflushed is how many stream bytes lie in no object yet.
	Unflushed() int64

	// Candidates returns ranges to flush next, together about max bytes and
	// never more than segment.MaxData: at most one for a stream, beginning where
	// its flushed bytes end. Which streams go first is the group's choice; it
	// must let every stream have its turn. The bytes must not change until
	// Commit returns.
	Candidates(max int64) []Chunk

	// NextObject returns a number that has never been returned before, by any
	// replica of the group, also not before a restart. Two objects of a group
	// must never share a key: a late Put of a deposed leader would replace
	// bytes that the state refers to. (A Raft term and a counter will do, if it
	// is the term in which this replica leads, and not merely the latest.)
	NextObject() uint64

	// Commit proposes that the ranges of f now lie in its object, and returns
	// nil once that is applied. An error means "perhaps": it may yet be. Commit
	// gives up by itself when the group has no quorum.
	Commit(ctx context.Context, f stream.Flush) error
}

// Sweepable is the side of a Group that lets objects go.
type Sweepable interface {
	// Garbage returns objects that the state refers to no more and whose
	// deletion it has not recorded. No later read plan names them.
	Garbage() []uint64

	// Sweep proposes that garbage was deleted. An error means "perhaps".
	Sweep(ctx context.Context, objects []uint64) error

	// Abandoned says that the state does not know an object, not even as
	// garbage, and never will: no proposal that names it can still commit.
	// When in doubt it returns false. (A leader that has applied an entry of its
	// own term may say so of objects numbered in earlier terms. It must read the
	// term first, then that it leads, then the state: in any other order the
	// answer can mix an old state with a new term.)
	Abandoned(object uint64) bool
}

// Chunk is a range of a stream that lies in memory.
type Chunk struct {
	Name  stream.Name
	ID    uint64 // incarnation
	From  uint64
	To    uint64
	Parts [][]byte // the bytes of [From, To), in order; they never change
	Ends  []uint64 // where records end, strictly ascending, within (From, To]
}
