package dirbucket

import (
	"context"
	"errors"
	"fmt"
	"path"

	"ursula/core/vfs"
)

// temporary marks the names of files that are not objects yet. Keys cannot
// hold this character.
const temporary = "~"

// writeSize is how many bytes go to the file in one call. Parts are often a
// few hundred bytes each.
const writeSize = 256 << 10

// Put implements bucket.Bucket. The context is looked at between writes; once
// the object is complete it is put in place regardless.
func (b *Bucket) Put(ctx context.Context, key string, parts ...[]byte) error {
	if err := check(ctx, key); err != nil {
		return err
	}
	dir, _ := path.Split(key)
	if err := b.prepare(dir); err != nil {
		return failed("put", key, err)
	}
	name := b.path(key)
	temp := fmt.Sprintf("%s%s%d", name, temporary, b.serial.Add(1))
	if err := b.write(ctx, temp, parts); err != nil {
		// What cannot be removed now is removed by the next Open.
		return failed("put", key, errors.Join(err, ignoreMissing(b.fs.Remove(temp))))
	}
	return failed("put", key, b.place(temp, name))
}

// write makes a durable file of the parts. Its name is not durable yet.
func (b *Bucket) write(ctx context.Context, name string, parts [][]byte) error {
	f, err := b.fs.Create(name)
	if err != nil {
		return err
	}
	err = writeParts(ctx, f, parts)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// place gives a complete file its name. An error leaves open which of the two
// names it has.
func (b *Bucket) place(temp, name string) error {
	if err := b.fs.Rename(temp, name); err != nil {
		return errors.Join(err, ignoreMissing(b.fs.Remove(temp)))
	}
	b.handles.forget(name)
	return b.fs.SyncDir(path.Dir(name))
}

func writeParts(ctx context.Context, f vfs.File, parts [][]byte) error {
	w := writer{file: f, buf: make([]byte, 0, min(writeSize, total(parts)))}
	for _, p := range parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.write(p); err != nil {
			return err
		}
	}
	return w.flush()
}

// writer joins small parts into large writes. Parts that are large already go
// to the file as they are.
type writer struct {
	file vfs.File
	buf  []byte
	off  int64
}

func (w *writer) write(p []byte) error {
	if len(w.buf)+len(p) <= cap(w.buf) {
		w.buf = append(w.buf, p...)
		return nil
	}
	if err := w.flush(); err != nil {
		return err
	}
	if len(p) > cap(w.buf)/2 {
		return w.writeAt(p)
	}
	w.buf = append(w.buf, p...)
	return nil
}

func (w *writer) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	err := w.writeAt(w.buf)
	w.buf = w.buf[:0]
	return err
}

func (w *writer) writeAt(p []byte) error {
	n, err := w.file.WriteAt(p, w.off)
	w.off += int64(n)
	return err
}

func total(parts [][]byte) int {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	return n
}
