package transport

import (
	"errors"
	"fmt"
	"io"

	"ursula/infra/transport/wire"
)

// snapshotChunk is how much of a snapshot has a checksum of its own.
const snapshotChunk = 128 << 10

// copyChunks copies exactly n bytes, each chunk with its checksum.
func copyChunks(w io.Writer, r io.Reader, n int64) error {
	chunk := make([]byte, min(n, snapshotChunk))
	for n > 0 {
		chunk = chunk[:min(n, snapshotChunk)]
		if _, err := io.ReadFull(r, chunk); errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		} else if err != nil {
			return err
		}
		if err := wire.WriteRecord(w, chunk); err != nil {
			return err
		}
		n -= int64(len(chunk))
	}
	return nil
}

// chunks reads what copyChunks wrote, and returns no byte that it has not verified.
type chunks struct {
	from  io.Reader
	left  int64 // bytes that are still to come
	chunk []byte
	err   error // what ended the reading, io.EOF included
}

// Read implements io.Reader. After an error all further reads fail the same way.
func (c *chunks) Read(b []byte) (int, error) {
	if len(c.chunk) == 0 && c.err == nil {
		c.err = c.next()
	}
	if c.err != nil {
		return 0, c.err
	}
	n := copy(b, c.chunk)
	c.chunk = c.chunk[n:]
	return n, nil
}

func (c *chunks) next() (err error) {
	if c.left == 0 {
		return io.EOF
	}
	if c.chunk, err = wire.ReadRecord(c.from); err != nil {
		return lost(err)
	}
	n := int64(len(c.chunk))
	if c.left -= n; n == 0 || c.left < 0 {
		c.chunk = nil
		return fmt.Errorf("%w: chunk of %d bytes", wire.ErrMalformed, n)
	}
	return nil
}
