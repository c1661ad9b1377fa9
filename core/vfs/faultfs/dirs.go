package faultfs

import (
	"path"
	"slices"
)

// MkdirAll implements vfs.FS.
func (m *FS) MkdirAll(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for dir = path.Clean(dir); m.dirs[dir] == nil; dir = path.Dir(dir) {
		m.dirs[dir] = newDirectory()
	}
	return nil
}

// List implements vfs.FS.
func (m *FS) List(dir string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.dirs[path.Clean(dir)]
	if d == nil {
		return nil, missing("list", dir)
	}
	var names []string
	for name := range d.entries {
		names = append(names, name)
	}
	for child := range m.dirs {
		if child != path.Clean(dir) && path.Dir(child) == path.Clean(dir) {
			names = append(names, path.Base(child))
		}
	}
	slices.Sort(names)
	return names, nil
}

// SyncDir implements vfs.FS.
func (m *FS) SyncDir(dir string) error {
	return m.change(OpSyncDir, dir, func() error {
		d := m.dirs[path.Clean(dir)]
		if d == nil {
			return missing(OpSyncDir, dir)
		}
		d.sync()
		return nil
	})
}
