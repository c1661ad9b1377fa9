package faultfs

import (
	"fmt"
	"io"

	"ursula/core/vfs"
)

// Lock implements vfs.FS. A crash gives all locks back.
func (m *FS) Lock(name string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locks[name] {
		return nil, fmt.Errorf("lock %s: %w", name, vfs.ErrLocked)
	}
	m.locks[name] = true
	return &held{fs: m, name: name}, nil
}

type held struct {
	fs   *FS
	name string
}

// Close implements io.Closer.
func (h *held) Close() error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	delete(h.fs.locks, h.name)
	return nil
}
