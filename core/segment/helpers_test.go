package segment_test

import (
	"bytes"
	"context"
	"io"

	"ursula/core/segment"
	"ursula/core/stream"
)

var id = segment.ID{Group: 3, Object: 0x1f}

// tester is what *testing.T, *testing.B and *rapid.T have in common here.
type tester interface {
	Context() context.Context
	Fatal(args ...any)
	Helper()
}

// memory is an object in memory.
type memory []byte

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

func build(t tester, id segment.ID, ranges []segment.Range) (*segment.Segment, memory) {
	t.Helper()
	s, err := segment.Build(id, ranges)
	if err != nil {
		t.Fatal(err)
	}
	return s, bytes.Join(s.Parts, nil)
}

func read(t tester, object memory, offset, length uint64) ([]byte, error) {
	t.Helper()
	buf := make([]byte, segment.Space(offset, length))
	parts, err := segment.Read(t.Context(), object, id, offset, length, buf)
	return bytes.Join(parts, nil), err
}

// text is a range with one record.
func text(name stream.Name, id, from uint64, data string) segment.Range {
	to := from + uint64(len(data))
	return segment.Range{Name: name, ID: id, From: from, To: to, Parts: [][]byte{[]byte(data)}, Ends: []uint64{to}}
}
