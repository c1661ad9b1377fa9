package wal

import (
	"fmt"
	"maps"
	"slices"

	"ursula/core/journal"
)

// index knows where each entry of a log lies. The zero value is an empty log.
type index struct {
	first     uint64 // of positions[0]
	positions []journal.Position

	// moved holds entries that replay found out of order, because MoveForward
	// had repeated them. It is nil once settle was called.
	moved   map[uint64]journal.Position
	highest uint64 // no key of moved is higher
}

// bounds returns the first and the last index, 0 and 0 for an empty log.
func (x *index) bounds() (first, last uint64) {
	if len(x.positions) == 0 {
		return 0, 0
	}
	return x.first, x.next() - 1
}

// next is the index behind the last.
func (x *index) next() uint64 { return x.first + uint64(len(x.positions)) }

func (x *index) contains(i uint64) bool { return i >= x.first && i < x.next() }

func (x *index) at(i uint64) (journal.Position, bool) {
	if !x.contains(i) {
		return journal.Position{}, false
	}
	return x.positions[i-x.first], true
}

// add appends an entry whose index is next, or any if the log is empty.
func (x *index) add(i uint64, p journal.Position) {
	if len(x.positions) == 0 {
		x.first = i
	}
	x.positions = append(x.positions, p)
}

// truncate drops entries from an index on. What it returns is valid until the
// next change.
func (x *index) truncate(from uint64) (dropped []journal.Position) {
	dropped = x.dropMoved(func(i uint64) bool { return i >= from }, from <= x.highest)
	if from >= x.next() {
		return dropped
	}
	keep := max(from, x.first) - x.first
	dropped = append(dropped, x.positions[keep:]...)
	x.positions = x.positions[:keep]
	return dropped
}

// compact drops entries below an index. It returns them as truncate does.
func (x *index) compact(first uint64) (dropped []journal.Position) {
	dropped = x.dropMoved(func(i uint64) bool { return i < first }, true)
	if first <= x.first {
		return dropped
	}
	n := min(first, x.next()) - x.first
	dropped = append(dropped, x.positions[:n]...)
	x.positions = slices.Clone(x.positions[n:])
	x.first += n
	return dropped
}

// relocate notes that an entry was repeated elsewhere, and returns where it was.
func (x *index) relocate(i uint64, p journal.Position) (before journal.Position) {
	at := &x.positions[i-x.first]
	before, *at = *at, p
	return before
}

// replayAppend adds an entry and drops what it overwrites.
func (x *index) replayAppend(i uint64, p journal.Position) ([]journal.Position, error) {
	dropped := x.truncate(i)
	if len(x.positions) > 0 && i != x.next() {
		return nil, fmt.Errorf("entry %d follows entry %d", i, x.next()-1)
	}
	x.add(i, p)
	return dropped, nil
}

// replayMoved notes an entry that was repeated at the head. Its older copy may
// be gone, and so may those of its neighbours that are still to come.
func (x *index) replayMoved(i uint64, p journal.Position) []journal.Position {
	if x.contains(i) {
		return []journal.Position{x.relocate(i, p)}
	}
	if x.moved == nil {
		x.moved = make(map[uint64]journal.Position)
	}
	before, again := x.moved[i]
	x.moved[i] = p
	x.highest = max(x.highest, i)
	if again {
		return []journal.Position{before}
	}
	return nil
}

func (x *index) dropMoved(gone func(uint64) bool, any bool) (dropped []journal.Position) {
	if !any || len(x.moved) == 0 {
		return nil
	}
	for i, p := range x.moved {
		if gone(i) {
			dropped = append(dropped, p)
			delete(x.moved, i)
		}
	}
	return dropped
}

// settle ends replay: everything that was moved has found its place.
func (x *index) settle() error {
	if len(x.moved) == 0 {
		x.moved = nil
		return nil
	}
	for n, p := range x.positions {
		x.moved[x.first+uint64(n)] = p
	}
	x.positions = nil
	for _, i := range slices.Sorted(maps.Keys(x.moved)) {
		if len(x.positions) > 0 && i != x.next() {
			return fmt.Errorf("entries %d to %d are missing", x.next(), i-1)
		}
		x.add(i, x.moved[i])
	}
	x.moved = nil
	return nil
}
