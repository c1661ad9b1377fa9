//go:build !linux

package vfs

import "os"

// datasync relies on the standard library, which asks macOS for F_FULLFSYNC
// and falls back to fsync where the file system has no such thing.
func datasync(f *os.File) error { return f.Sync() }
