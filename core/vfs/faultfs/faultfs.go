// Package faultfs is a file system in memory that fails on demand and that can
// lose power.
//
// It keeps for every file what was synced and what was only written, page by
// page, and for every directory which creations, renames and removals were
// made durable by SyncDir. CrashClone returns what a disk may hold after a
// power cut: all that was synced, and a seeded random share of the rest, pages
// torn in the middle included. Rules make chosen operations fail, a byte budget
// makes the disk full, FlipBit damages what is stored, and an observer is
// called after every operation that changes something, so that a test can
// crash after each write and each sync of a workload.
//
// Simplifications: making a directory is durable at once, and a rename is
// atomic, as on every journalling file system.
package faultfs

import (
	"fmt"
	"path"
	"sync"

	"ursula/core/vfs"
)

// PageSize is the unit in which a crash keeps or loses written bytes.
const PageSize = 4096

// Op names an operation for rules, observers and counts.
type Op string

// The operations. Only those that change the file system are observed.
const (
	OpCreate   Op = "create"
	OpOpen     Op = "open"
	OpRead     Op = "read"
	OpWrite    Op = "write"
	OpSync     Op = "sync"
	OpTruncate Op = "truncate"
	OpRemove   Op = "remove"
	OpRename   Op = "rename"
	OpSyncDir  Op = "syncdir"
)

// FS is the file system. All methods may be called concurrently.
type FS struct {
	mu       sync.Mutex
	dirs     map[string]*directory
	locks    map[string]bool
	rules    []*Rule
	counts   map[Op]int
	observer func(op Op, name string)
	budget   int64 // bytes that the disk holds, negative for no limit
	used     int64 // bytes of pages that files in directories occupy
}

var _ vfs.FS = (*FS)(nil)

// New returns an empty file system without faults and without a space limit.
func New() *FS {
	return &FS{
		dirs:   map[string]*directory{".": newDirectory(), "/": newDirectory()},
		locks:  make(map[string]bool),
		counts: make(map[Op]int),
		budget: -1,
	}
}

// Observe has f called after every operation that changed something, or that
// made a change durable. f runs on the goroutine of the operation with no lock
// held, so it may call CrashClone.
func (m *FS) Observe(f func(op Op, name string)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.observer = f
}

// Count returns how often an operation was asked for, failed ones included.
func (m *FS) Count(op Op) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts[op]
}

// Create implements vfs.FS.
func (m *FS) Create(name string) (vfs.File, error) {
	n := &node{}
	err := m.change(OpCreate, name, func() error { return m.link(name, n) })
	if err != nil {
		return nil, err
	}
	return &file{fs: m, node: n, name: name}, nil
}

// Open implements vfs.FS.
func (m *FS) Open(name string) (vfs.File, error) {
	f, err := m.OpenReadWrite(name)
	if err != nil {
		return nil, err
	}
	f.(*file).readOnly = true
	return f, nil
}

// OpenReadWrite implements vfs.FS.
func (m *FS) OpenReadWrite(name string) (vfs.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter(OpOpen, name); err != nil {
		return nil, err
	}
	n, err := m.lookup(OpOpen, name)
	if err != nil {
		return nil, err
	}
	return &file{fs: m, node: n, name: name}, nil
}

// Remove implements vfs.FS.
func (m *FS) Remove(name string) error {
	return m.change(OpRemove, name, func() error {
		n, err := m.lookup(OpRemove, name)
		if err != nil {
			return err
		}
		m.used -= n.pages()
		dir, base := m.split(name)
		dir.apply(entryChange{removed: base})
		return nil
	})
}

// Rename implements vfs.FS.
func (m *FS) Rename(from, to string) error {
	if path.Dir(from) != path.Dir(to) {
		return fmt.Errorf("faultfs: rename %s to %s: not in one directory", from, to)
	}
	return m.change(OpRename, to, func() error {
		n, err := m.lookup(OpRename, from)
		if err != nil {
			return err
		}
		dir, base := m.split(to)
		if replaced := dir.entries[base]; replaced != nil {
			m.used -= replaced.pages()
		}
		dir.apply(entryChange{removed: path.Base(from), added: base, node: n})
		return nil
	})
}

// Stat implements vfs.FS.
func (m *FS) Stat(name string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.lookup(OpOpen, name)
	if err != nil {
		return 0, err
	}
	return int64(len(n.data)), nil
}
