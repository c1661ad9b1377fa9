// Package dirbucket keeps the objects of a bucket.Bucket as files below a
// directory, one file an object, at the path that its key spells.
//
// An object is written under a temporary name, synced, renamed into place, and
// its directory synced: a crash at any step leaves the whole object or none.
// Temporary names hold a character that keys cannot, so that Open finds and
// removes what a crash left behind. A directory belongs to one process at a
// time; the caller sees to that.
//
// The package does not know what objects contain.
package dirbucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sync"
	"sync/atomic"

	"ursula/core/bucket"
	"ursula/core/vfs"
)

// DefaultMaxOpen is how many files stay open for reading by default.
const DefaultMaxOpen = 128

// Options say where a Bucket lives.
type Options struct {
	FS      vfs.FS
	Dir     string // made when it is missing
	MaxOpen int    // files kept open between reads; 0 means DefaultMaxOpen
}

// Bucket is a bucket.Bucket over a directory.
type Bucket struct {
	fs      vfs.FS
	dir     string
	handles *handles
	serial  atomic.Uint64 // makes temporary names unique

	mu   sync.Mutex
	made map[string]bool // directories known to be durable
}

var _ bucket.Bucket = (*Bucket)(nil)

// Open opens the bucket in a directory, which it makes when it is missing, and
// removes what an interrupted Put left there.
func Open(o Options) (*Bucket, error) {
	if o.MaxOpen <= 0 {
		o.MaxOpen = DefaultMaxOpen
	}
	b := &Bucket{fs: o.FS, dir: path.Clean(o.Dir), handles: newHandles(o.FS, o.MaxOpen), made: make(map[string]bool)}
	if err := b.prepare(""); err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", o.Dir, err)
	}
	if err := b.removeTemporaries(); err != nil {
		return nil, fmt.Errorf("clean bucket %s: %w", o.Dir, err)
	}
	return b, nil
}

// Close closes the files kept open for reading. Reads under way end first.
func (b *Bucket) Close() { b.handles.close() }

// Get implements bucket.Bucket.
func (b *Bucket) Get(ctx context.Context, key string, dst []byte, offset int64) (int, error) {
	if err := check(ctx, key); err != nil {
		return 0, err
	}
	h, err := b.handles.acquire(b.path(key))
	if err != nil {
		return 0, failed("get", key, err)
	}
	defer b.handles.release(h)
	n, err := h.file.ReadAt(dst, offset)
	if n == len(dst) {
		return n, nil
	}
	if err != io.EOF {
		// Whoever mends the file puts another one in its place, which a kept
		// handle would never see.
		b.handles.forget(b.path(key))
	}
	return n, failed("get", key, err)
}

// Stat implements bucket.Bucket.
func (b *Bucket) Stat(ctx context.Context, key string) (bucket.Object, error) {
	if err := check(ctx, key); err != nil {
		return bucket.Object{}, err
	}
	size, err := b.fs.Stat(b.path(key))
	if err != nil {
		return bucket.Object{}, failed("stat", key, err)
	}
	return bucket.Object{Key: key, Size: size}, nil
}

// Delete implements bucket.Bucket. The directory is not synced: the port lets
// a crash bring an object back, and a sync a file would make sweeping dear.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if err := check(ctx, key); err != nil {
		return err
	}
	err := b.fs.Remove(b.path(key))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failed("delete", key, err)
	}
	b.handles.forget(b.path(key))
	return nil
}

func (b *Bucket) path(key string) string { return path.Join(b.dir, key) }

func check(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return bucket.CheckKey(key)
}
