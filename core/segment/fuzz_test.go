package segment_test

import (
	"errors"
	"testing"

	"ursula/core/segment"
)

// FuzzReadIndex reads arbitrary bytes as a segment's end: an error or an index
// that is consistent, and never a panic.
func FuzzReadIndex(f *testing.F) {
	_, object := build(f, id, []segment.Range{text("v1/a", 1, 0, "some bytes"), text("v1/b", 1, 5, "others")})
	f.Add([]byte(object))
	f.Add([]byte(object[len(object)-56:]))
	f.Fuzz(func(t *testing.T, b []byte) {
		index, err := segment.ReadIndex(t.Context(), memory(b), id, int64(len(b)))
		if err != nil {
			wantTyped(t, err)
			return
		}
		for _, e := range index.Entries() {
			if found, ok := index.Find(e.Name, e.ID, e.From); !ok || found.To != e.To {
				t.Fatalf("%+v is not found", e)
			}
		}
	})
}

// FuzzRead reads arbitrary bytes as blocks.
func FuzzRead(f *testing.F) {
	_, object := build(f, id, []segment.Range{text("v1/a", 1, 0, "some bytes")})
	f.Add([]byte(object), uint64(0), uint64(10))
	f.Add([]byte(object), uint64(3), uint64(4))
	f.Add([]byte{}, uint64(segment.BlockSize), uint64(segment.BlockSize))
	f.Fuzz(func(t *testing.T, b []byte, offset, length uint64) {
		offset, length = offset%(4*segment.BlockSize), length%(3*segment.BlockSize)
		got, err := read(t, b, offset, length)
		if err != nil {
			wantTyped(t, err)
			return
		}
		if uint64(len(got)) != length {
			t.Fatalf("%d bytes instead of %d", len(got), length)
		}
	})
}

func wantTyped(t *testing.T, err error) {
	var damage *segment.CorruptionError
	if !errors.As(err, &damage) {
		t.Fatalf("%v is not a CorruptionError", err)
	}
}
