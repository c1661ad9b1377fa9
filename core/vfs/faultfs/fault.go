package faultfs

import (
	"fmt"
	"math"
	"strings"
)

// Rule makes operations fail. The zero Nth fails every match.
type Rule struct {
	Op    Op
	Match string // substring of the name, empty for every file
	Nth   int    // fail only this match, counted from 1 after Inject
	Short int    // for OpWrite: bytes written before the error
	Err   error

	seen int
}

// Inject adds a rule.
func (m *FS) Inject(r Rule) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rules = append(m.rules, &r)
}

// ClearRules removes all rules.
func (m *FS) ClearRules() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rules = nil
}

// SetFree makes the disk have this many bytes free from now on; a negative
// value lifts the limit. Space is counted in whole pages, and removing a file
// gives its pages back.
func (m *FS) SetFree(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if bytes < 0 {
		m.budget = -1
		return
	}
	m.budget = m.used + bytes
}

// Free implements vfs.FS: what SetFree left, or a lot without a limit.
func (m *FS) Free(string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.budget < 0 {
		return math.MaxInt64, nil
	}
	return max(m.budget-m.used, 0), nil
}

// FlipBit inverts one bit of what a file holds, on disk and in the cache.
func (m *FS) FlipBit(name string, offset int64, bit uint) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.lookup(OpOpen, name)
	if err != nil {
		return err
	}
	if offset >= int64(len(n.data)) {
		return fmt.Errorf("faultfs: flip bit at %d of %s: beyond the end", offset, name)
	}
	n.data[offset] ^= 1 << bit
	if offset < int64(len(n.synced)) {
		n.synced[offset] ^= 1 << bit
	}
	return nil
}

// shortWrite is how a rule tells WriteAt to write a part first.
type shortWrite struct {
	bytes int
	err   error
}

// Error implements error.
func (s *shortWrite) Error() string { return s.err.Error() }

// enter counts an operation and asks the rules about it.
func (m *FS) enter(op Op, name string) error {
	m.counts[op]++
	for _, r := range m.rules {
		if r.Op != op || !strings.Contains(name, r.Match) {
			continue
		}
		r.seen++
		if r.Nth != 0 && r.Nth != r.seen {
			continue
		}
		if op == OpWrite {
			return &shortWrite{bytes: r.Short, err: r.Err}
		}
		return r.Err
	}
	return nil
}

// fits returns how many bytes of a write find room.
func (m *FS) fits(n *node, off int64, length int) int {
	if m.budget < 0 {
		return length
	}
	room := n.pages() + max(0, m.budget-m.used) - off
	return int(max(0, min(int64(length), room)))
}
