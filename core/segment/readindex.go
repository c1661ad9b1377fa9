package segment

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// tailSize is how much of an object's end is read at first: in most segments
// it holds the footer and the whole index.
const tailSize = 64 << 10

// ReadIndex reads and verifies the index of a segment whose object has size
// bytes. Errors are *CorruptionError and those of the source.
func ReadIndex(ctx context.Context, src Source, id ID, size int64) (*Index, error) {
	if size < footerSize {
		return nil, corrupt(id, 0, ErrTruncated)
	}
	tail, err := readEnd(ctx, src, id, size, min(size, tailSize))
	if err != nil {
		return nil, err
	}
	f, err := decodeFooter(tail[len(tail)-footerSize:], id, size)
	if err != nil {
		return nil, corrupt(id, size-footerSize, err)
	}
	if missing := int64(f.index + footerSize - len(tail)); missing > 0 {
		if tail, err = readEnd(ctx, src, id, size, int64(f.index+footerSize)); err != nil {
			return nil, err
		}
	}
	encoded := tail[len(tail)-footerSize-f.index:][:f.index]
	return openIndex(encoded, f)
}

func openIndex(encoded []byte, f footer) (*Index, error) {
	if checksum(encoded) != f.indexSum {
		return nil, corrupt(f.id, physicalSize(f.data), ErrChecksum)
	}
	// Kept apart from the tail, the rest of which is not worth its memory.
	x, err := decodeIndex(append([]byte(nil), encoded...), f.ranges, f.data)
	if err != nil {
		return nil, corrupt(f.id, physicalSize(f.data), err)
	}
	return x, nil
}

// readEnd reads the last n bytes of an object.
func readEnd(ctx context.Context, src Source, id ID, size, n int64) ([]byte, error) {
	tail := make([]byte, n)
	got, err := src.ReadAt(ctx, tail, size-n)
	switch {
	case got == len(tail):
		return tail, nil
	case errors.Is(err, io.EOF):
		return nil, corrupt(id, size-n+int64(got), ErrTruncated)
	}
	return nil, fmt.Errorf("read index of %s: %w", id.Key(), err)
}
