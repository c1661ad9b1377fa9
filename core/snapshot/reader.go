package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"ursula/core/vfs"
)

// reader verifies a snapshot block by block.
type reader struct {
	file   vfs.File
	name   string
	offset int64
	buf    []byte
	block  []byte // verified and not yet returned
	err    error  // what ended the reading, io.EOF included
}

func (r *reader) header() ([]byte, error) {
	fixed, err := r.take(make([]byte, fixedHeader), 0)
	if err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(fixed[12:])
	if string(fixed[:8]) != magic || n > maxMeta {
		return nil, &CorruptionError{File: r.name}
	}
	rest, err := r.take(make([]byte, n+4), 0)
	if err != nil {
		return nil, err
	}
	meta := rest[:n]
	sum := crc32.Update(crc32.Checksum(fixed, castagnoli), castagnoli, meta)
	if sum != binary.LittleEndian.Uint32(rest[n:]) {
		return nil, &CorruptionError{File: r.name}
	}
	if v := binary.LittleEndian.Uint32(fixed[8:]); v != version {
		return nil, fmt.Errorf("snapshot %s has format version %d; this build reads %d", r.name, v, version)
	}
	return meta, nil
}

// Read implements io.Reader. After an error all further reads fail the same way.
func (r *reader) Read(p []byte) (int, error) {
	if len(r.block) == 0 && r.err == nil {
		r.err = r.next()
	}
	if r.err != nil {
		return 0, r.err
	}
	n := copy(p, r.block)
	r.block = r.block[n:]
	return n, nil
}

// Close implements io.Closer.
func (r *reader) Close() error { return r.file.Close() }

// next reads and verifies one block. It returns io.EOF at the one that ends the
// file.
func (r *reader) next() error {
	at := r.offset
	if r.buf == nil {
		r.buf = make([]byte, blockHeader+blockBytes)
	}
	head, err := r.take(r.buf[:blockHeader], at)
	if err != nil {
		return err
	}
	n := binary.LittleEndian.Uint32(head)
	if n > blockBytes {
		return &CorruptionError{File: r.name, Offset: at}
	}
	if _, err := r.take(r.buf[blockHeader:blockHeader+n], at); err != nil {
		return err
	}
	if blockSum(r.buf[:blockHeader+n]) != binary.LittleEndian.Uint32(head[4:]) {
		return &CorruptionError{File: r.name, Offset: at}
	}
	if n == 0 {
		return io.EOF
	}
	r.block = r.buf[blockHeader : blockHeader+n]
	return nil
}

// take fills b from the file. A file that ends early is damaged, for it was
// synced whole before it got its name; part is where the header or block begins
// that should have gone on, or that lies about its length.
func (r *reader) take(b []byte, part int64) ([]byte, error) {
	n, err := r.file.ReadAt(b, r.offset)
	if n < len(b) {
		if errors.Is(err, io.EOF) {
			return nil, &CorruptionError{File: r.name, Offset: part}
		}
		return nil, fmt.Errorf("read snapshot %s: %w", r.name, err)
	}
	r.offset += int64(n)
	return b, nil
}
