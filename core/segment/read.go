package segment

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Source is an object that can be read at an offset. ReadAt fills dst or says
// why not; io.EOF means that the object ends there.
type Source interface {
	ReadAt(ctx context.Context, dst []byte, offset int64) (int, error)
}

// Space is how many bytes of buffer a Read of [offset, offset+length) needs.
func Space(offset, length uint64) int {
	if length == 0 {
		return 0
	}
	first, last := offset/BlockSize, (offset+length-1)/BlockSize
	return int(last-first+1) * stride
}

// Read returns the logical bytes [offset, offset+length) of a segment, as
// parts that lie inside buf, which must have Space bytes. It reads and
// verifies the whole blocks around them. Errors are *CorruptionError, those of
// the source, and ErrLimit for a length beyond MaxRead or MaxData.
func Read(ctx context.Context, src Source, id ID, offset, length uint64, buf []byte) ([][]byte, error) {
	if length > MaxRead || offset > MaxData || len(buf) < Space(offset, length) {
		return nil, fmt.Errorf("read %s: %w: [%d, +%d) into %d bytes", id.Key(), ErrLimit, offset, length, len(buf))
	}
	if length == 0 {
		return nil, nil
	}
	first := offset / BlockSize
	buf = buf[:Space(offset, length)]
	n, err := src.ReadAt(ctx, buf, blockStart(first))
	if n < len(buf) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", id.Key(), err)
	}
	return cut(buf[:n], id, offset, length)
}

// cut verifies consecutive blocks and returns the payload that was asked for.
func cut(buf []byte, id ID, offset, length uint64) ([][]byte, error) {
	parts := make([][]byte, 0, length/BlockSize+2)
	skip := offset % BlockSize
	for block := offset / BlockSize; length > 0; block++ {
		payload, err := openBlock(buf, id, block)
		if err != nil {
			return nil, err
		}
		// A short block is the last one; it must reach as far as was asked for.
		if want := min(length, BlockSize-skip); skip+want > uint64(len(payload)) {
			return nil, corrupt(id, blockStart(block), ErrTruncated)
		}
		part := payload[skip:min(uint64(len(payload)), skip+length)]
		parts = append(parts, part)
		length -= uint64(len(part))
		skip, buf = 0, buf[headerSize+len(payload):]
	}
	return parts, nil
}
