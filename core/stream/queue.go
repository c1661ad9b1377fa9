package stream

import "slices"

// lazyQueue is a list, oldest first, whose entries may die where they stand.
// They are removed in bulk once they are the greater part, so a queue is never
// longer than twice its living entries and a constant, and removing costs a
// constant per entry.
type lazyQueue[T any] struct {
	entries []T
	dead    int
}

// sweepFrom is how many dead entries a queue tolerates whatever its length.
const sweepFrom = 64

func (q *lazyQueue[T]) push(e T) { q.entries = append(q.entries, e) }

// shift drops the oldest entry.
func (q *lazyQueue[T]) shift() { q.entries = q.entries[1:] }

// died notes the death of n entries and reports whether the dead were removed.
func (q *lazyQueue[T]) died(n int, alive func(T) bool) (swept bool) {
	q.dead += n
	if q.dead < sweepFrom || 2*q.dead < len(q.entries) {
		return false
	}
	q.entries = slices.DeleteFunc(q.entries, func(e T) bool { return !alive(e) })
	q.dead = 0
	return true
}
