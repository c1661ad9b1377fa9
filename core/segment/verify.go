package segment

import (
	"context"
	"io"
)

// Verify returns an error unless content is the whole segment with this id: the
// index and every block must match their checksums.
func Verify(ctx context.Context, id ID, content []byte) error {
	src := memory(content)
	index, err := ReadIndex(ctx, src, id, int64(len(content)))
	if err != nil {
		return err
	}
	var end uint64
	for _, e := range index.Entries() {
		end = max(end, e.Offset+e.To-e.From)
	}
	buf := make([]byte, Space(0, min(end, MaxRead)))
	for at := uint64(0); at < end; at += MaxRead {
		if _, err := Read(ctx, src, id, at, min(end-at, MaxRead), buf); err != nil {
			return err
		}
	}
	return nil
}

// memory is a segment that is held in memory.
type memory []byte

// ReadAt implements Source.
func (m memory) ReadAt(_ context.Context, dst []byte, offset int64) (int, error) {
	if offset >= int64(len(m)) {
		return 0, io.EOF
	}
	n := copy(dst, m[offset:])
	if n < len(dst) {
		return n, io.EOF
	}
	return n, nil
}
