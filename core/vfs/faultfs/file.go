package faultfs

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
)

var errReadOnly = errors.New("faultfs: file is open for reading only")

// file is an open file.
type file struct {
	fs       *FS
	node     *node
	name     string
	readOnly bool
}

// ReadAt implements vfs.File.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.fs.enter(OpRead, f.name); err != nil {
		return 0, err
	}
	if off >= int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.node.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt implements vfs.File. A full disk takes the bytes that still fit.
func (f *file) WriteAt(p []byte, off int64) (int, error) {
	written := 0
	err := f.change(OpWrite, func() error {
		fits := f.fs.fits(f.node, off, len(p))
		f.grow(func() { f.node.write(p[:fits], off) })
		written = fits
		if fits < len(p) {
			return &fs.PathError{Op: "write", Path: f.name, Err: syscall.ENOSPC}
		}
		return nil
	})
	if short, ok := err.(*shortWrite); ok {
		return f.writeShort(p, off, short)
	}
	return written, err
}

// writeShort does what a rule with Short asks for: a part, then the error.
func (f *file) writeShort(p []byte, off int64, short *shortWrite) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	n := min(short.bytes, len(p))
	f.grow(func() { f.node.write(p[:n], off) })
	return n, short.err
}

// Sync implements vfs.File.
func (f *file) Sync() error {
	return f.change(OpSync, func() error {
		f.node.sync()
		return nil
	})
}

// Truncate implements vfs.File.
func (f *file) Truncate(size int64) error {
	return f.change(OpTruncate, func() error {
		f.grow(func() { f.node.truncate(size) })
		return nil
	})
}

// Size implements vfs.File.
func (f *file) Size() (int64, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return int64(len(f.node.data)), nil
}

// Close implements vfs.File.
func (f *file) Close() error { return nil }

func (f *file) change(op Op, do func() error) error {
	if f.readOnly {
		return errReadOnly
	}
	return f.fs.change(op, f.name, do)
}

// grow runs do and accounts for the pages that it adds or frees.
func (f *file) grow(do func()) {
	before := f.node.pages()
	do()
	f.fs.used += f.node.pages() - before
}
