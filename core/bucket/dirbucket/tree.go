package dirbucket

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"ursula/core/bucket"
)

// prepare makes sure that the directory of some keys, relative to the bucket's
// own and "" for that one, exists and would survive a crash.
func (b *Bucket) prepare(dir string) error {
	dir = path.Join(b.dir, dir)
	if b.isMade(dir) {
		return nil
	}
	if err := b.fs.MkdirAll(dir); err != nil {
		return err
	}
	for d := dir; d != path.Dir(b.dir); d = path.Dir(d) {
		if err := b.fs.SyncDir(path.Dir(d)); err != nil {
			return err
		}
	}
	b.mu.Lock()
	b.made[dir] = true
	b.mu.Unlock()
	return nil
}

func (b *Bucket) isMade(dir string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.made[dir]
}

// removeTemporaries removes the files that are not objects.
func (b *Bucket) removeTemporaries() error {
	for file, err := range b.walk("", "") {
		if err != nil {
			return err
		}
		if !isTemporary(file) {
			continue
		}
		if err := ignoreMissing(b.fs.Remove(b.path(file))); err != nil {
			return err
		}
	}
	return nil
}

// List implements bucket.Bucket.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[bucket.Object, error] {
	return func(yield func(bucket.Object, error) bool) {
		for file, err := range b.walk("", prefix) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(bucket.Object{}, failed("list", prefix, err))
				return
			}
			if !b.list(ctx, file, yield) {
				return
			}
		}
	}
}

// list yields a file if it is an object and still there.
func (b *Bucket) list(ctx context.Context, file string, yield func(bucket.Object, error) bool) bool {
	if bucket.CheckKey(file) != nil {
		return true
	}
	object, err := b.Stat(ctx, file)
	if errors.Is(err, bucket.ErrNotFound) {
		return true
	}
	return yield(object, err) && err == nil
}

// walk yields the files below dir whose paths begin with prefix, in the order
// of their paths. Only files have a dot in their names.
func (b *Bucket) walk(dir, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		names, err := b.names(dir)
		if err != nil {
			yield("", err)
			return
		}
		for _, name := range names {
			if !b.visit(dir+name, prefix, yield) {
				return
			}
		}
	}
}

func (b *Bucket) visit(name, prefix string, yield func(string, error) bool) bool {
	if !strings.HasSuffix(name, "/") {
		return !strings.HasPrefix(name, prefix) || yield(name, nil)
	}
	if !strings.HasPrefix(name, prefix) && !strings.HasPrefix(prefix, name) {
		return true
	}
	for file, err := range b.walk(name, prefix) {
		if !yield(file, err) || err != nil {
			return false
		}
	}
	return true
}

// names lists a directory, with a slash after the names of directories, in the
// order that whole keys have.
func (b *Bucket) names(dir string) ([]string, error) {
	names, err := b.fs.List(b.path(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		if !strings.Contains(name, ".") {
			names[i] = name + "/"
		}
	}
	slices.Sort(names)
	return names, nil
}

func isTemporary(file string) bool { return strings.Contains(path.Base(file), temporary) }

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
