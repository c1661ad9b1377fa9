package snapshot

import (
	"errors"
	"fmt"

	"ursula/core/vfs"
)

// Writer writes one snapshot. It is for one goroutine. Exactly one of Commit
// and Abort ends it.
type Writer struct {
	store  *Store
	file   vfs.File
	id     string
	offset int64
	block  []byte
	err    error
}

func newWriter(s *Store, f vfs.File, id string, meta []byte) *Writer {
	w := &Writer{store: s, file: f, id: id}
	w.put(encodeHeader(meta))
	w.block = make([]byte, blockHeader, blockHeader+blockBytes)
	return w
}

// ID is what List will show and Open takes.
func (w *Writer) ID() string { return w.id }

// Write adds to the snapshot. After an error all further writes fail.
func (w *Writer) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 && w.err == nil {
		n := min(len(p), blockHeader+blockBytes-len(w.block))
		w.block = append(w.block, p[:n]...)
		p, written = p[n:], written+n
		if len(w.block) == blockHeader+blockBytes {
			w.flush()
		}
	}
	return written, w.err
}

// Size is how many bytes were written to the file so far.
func (w *Writer) Size() int64 { return w.offset }

// Commit makes the snapshot durable and then visible.
func (w *Writer) Commit() error {
	if len(w.block) > blockHeader {
		w.flush()
	}
	w.flush() // the empty block that ends the file
	if w.err == nil {
		w.err = w.file.Sync()
	}
	if err := errors.Join(w.err, w.file.Close()); err != nil {
		return errors.Join(fmt.Errorf("write snapshot: %w", err), w.store.discard(w.id))
	}
	return w.store.publish(w.id)
}

// Abort gives the snapshot up.
func (w *Writer) Abort() error {
	return errors.Join(w.file.Close(), w.store.discard(w.id))
}

func (w *Writer) flush() {
	sealBlock(w.block)
	w.put(w.block)
	w.block = w.block[:blockHeader]
}

func (w *Writer) put(b []byte) {
	if w.err != nil {
		return
	}
	n, err := w.file.WriteAt(b, w.offset)
	w.offset, w.err = w.offset+int64(n), err
}
