// Package vfs is the file system as Ursula's durable packages see it: files
// that are written at offsets, made durable by an explicit Sync, and
// directories whose entries are made durable by an explicit SyncDir.
//
// What is promised: after File.Sync returns nil, the bytes written before it
// and the file's size survive a power cut; after SyncDir returns nil, so do
// the creations, renames and removals inside that directory. Nothing else
// survives for certain, and nothing that is not yet synced is certain to be
// lost. Package faultfs implements exactly that worst case.
//
// The package knows nothing of what the files contain.
package vfs

import (
	"errors"
	"io"
)

// ErrLocked says that another process, or another holder in this process, has
// the lock.
var ErrLocked = errors.New("vfs: lock is held by another process")

// FS is a file system. A missing file is reported as an error for which
// errors.Is(err, fs.ErrNotExist) holds, a full disk as one for which
// errors.Is(err, syscall.ENOSPC) holds. All methods may be called
// concurrently.
type FS interface {
	// Create makes an empty file for reading and writing, and empties a file
	// that exists already.
	Create(name string) (File, error)
	// Open opens a file for reading.
	Open(name string) (File, error)
	// OpenReadWrite opens a file that exists for reading and writing.
	OpenReadWrite(name string) (File, error)
	// Remove removes a file.
	Remove(name string) error
	// Rename gives a file a new name in the same directory, replacing what had
	// that name.
	Rename(from, to string) error
	// MkdirAll makes a directory and the parents that it lacks.
	MkdirAll(dir string) error
	// List returns the names inside a directory, sorted.
	List(dir string) ([]string, error)
	// Stat returns a file's size in bytes.
	Stat(name string) (size int64, err error)
	// Free returns how many bytes more the file system of a directory takes.
	Free(dir string) (bytes int64, err error)
	// SyncDir makes the directory's entries durable.
	SyncDir(dir string) error
	// Lock takes an exclusive lock on a file, which it makes when missing, and
	// returns ErrLocked at once when somebody else holds it. Closing the result
	// gives the lock back; so does the end of the process.
	Lock(name string) (io.Closer, error)
}

// File is an open file. ReadAt and WriteAt may be called concurrently.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	// Sync makes the bytes and the size durable. Times and other attributes
	// need not be.
	Sync() error
	// Truncate sets the size; the file reads as zeros where it grew.
	Truncate(size int64) error
	// Size returns the size in bytes.
	Size() (int64, error)
}
