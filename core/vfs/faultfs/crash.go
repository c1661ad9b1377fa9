package faultfs

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// KillClone returns the file system as the end of the process leaves it: all
// that was written is there, synced or not, and no lock is held.
func (m *FS) KillClone() *FS {
	m.mu.Lock()
	defer m.mu.Unlock()
	after := New()
	for name, d := range m.dirs {
		copied := newDirectory()
		for base, n := range d.entries {
			copied.entries[base] = &node{data: slices.Clone(n.data), synced: slices.Clone(n.data)}
			after.used += n.pages()
		}
		copied.durable = maps.Clone(copied.entries)
		after.dirs[name] = copied
	}
	return after
}

// CrashClone returns the file system as a power cut might leave it now. The
// clone has no rules, no observer, no locks and no space limit. The same state
// and the same random numbers give the same clone.
func (m *FS) CrashClone(rng *rand.Rand) *FS {
	m.mu.Lock()
	defer m.mu.Unlock()
	after := New()
	crashed := make(map[*node]*node)
	for _, name := range slices.Sorted(maps.Keys(m.dirs)) {
		after.dirs[name] = m.dirs[name].crash(rng, crashed)
	}
	for _, d := range after.dirs {
		for _, n := range d.entries {
			after.used += n.pages()
		}
	}
	return after
}

// crash keeps each change that was not synced with a chance of one half.
func (d *directory) crash(rng *rand.Rand, crashed map[*node]*node) *directory {
	kept := maps.Clone(d.durable)
	for _, c := range d.pending {
		if rng.IntN(2) == 0 {
			c.on(kept)
		}
	}
	after := newDirectory()
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		n := kept[name]
		if crashed[n] == nil {
			crashed[n] = n.crash(rng)
		}
		after.entries[name] = crashed[n]
	}
	after.durable = maps.Clone(after.entries)
	return after
}

// crash keeps the synced bytes, and of each page written since all, nothing,
// the beginning or the end. The new size may or may not have reached the disk.
func (n *node) crash(rng *rand.Rand) *node {
	size := len(n.synced)
	if len(n.data) != size && rng.IntN(2) == 0 {
		size = len(n.data)
	}
	data := resize(slices.Clone(n.synced), size)
	for _, page := range slices.Sorted(maps.Keys(n.dirty)) {
		from, to := pageBounds(page, min(size, len(n.data)))
		from, to = torn(rng, from, to)
		copy(data[from:to], n.data[from:to])
	}
	return &node{data: data, synced: slices.Clone(data)}
}

// torn picks the part of a written page that reached the disk.
func torn(rng *rand.Rand, from, to int) (int, int) {
	if from == to {
		return from, to
	}
	cut := from + rng.IntN(to-from)
	switch rng.IntN(4) {
	case 0:
		return from, from
	case 1:
		return from, cut
	case 2:
		return cut, to
	default:
		return from, to
	}
}
