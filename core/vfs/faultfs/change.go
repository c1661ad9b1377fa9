package faultfs

import (
	"io/fs"
	"path"
	"strings"
)

// change runs one operation that changes something and tells the observer.
func (m *FS) change(op Op, name string, do func() error) error {
	m.mu.Lock()
	err := m.enter(op, name)
	if err == nil {
		err = do()
	}
	observer := m.observer
	m.mu.Unlock()
	if err == nil && observer != nil {
		observer(op, name)
	}
	return err
}

func (m *FS) split(name string) (*directory, string) {
	return m.dirs[path.Dir(path.Clean(name))], path.Base(name)
}

func (m *FS) lookup(op Op, name string) (*node, error) {
	dir, base := m.split(name)
	if dir == nil || dir.entries[base] == nil {
		return nil, missing(op, name)
	}
	return dir.entries[base], nil
}

func (m *FS) link(name string, n *node) error {
	dir, base := m.split(name)
	if dir == nil || strings.HasSuffix(name, "/") {
		return missing(OpCreate, name)
	}
	if replaced := dir.entries[base]; replaced != nil {
		m.used -= replaced.pages()
	}
	dir.apply(entryChange{added: base, node: n})
	return nil
}

func missing(op Op, name string) error {
	return &fs.PathError{Op: string(op), Path: name, Err: fs.ErrNotExist}
}
