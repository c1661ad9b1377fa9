package segment_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"ursula/core/segment"
)

// sample has a full block and a short one.
func sample(t tester) memory {
	_, object := build(t, id, []segment.Range{
		text("v1/long", 1, 100, string(bytes.Repeat([]byte("x"), segment.BlockSize))),
		text("v1/short", 2, 0, "short"),
	})
	return object
}

// TestEveryFlippedBitIsFound flips each bit of a small segment, and one in
// each byte of a larger one, and reads everything.
func TestEveryFlippedBitIsFound(t *testing.T) {
	_, small := build(t, id, []segment.Range{text("v1/a", 1, 0, "some bytes"), text("v1/b", 1, 5, "others")})
	for at := range small {
		for bit := range 8 {
			small[at] ^= 1 << bit
			wantCorrupt(t, small, 16, at)
			small[at] ^= 1 << bit
		}
	}
	large := sample(t)
	for at := 0; at < len(large); at += 97 {
		large[at] ^= 0x10
		wantCorrupt(t, large, segment.BlockSize+5, at)
		large[at] ^= 0x10
	}
}

func TestEveryTruncationIsFound(t *testing.T) {
	_, object := build(t, id, []segment.Range{text("v1/a", 1, 0, "some bytes"), text("v1/b", 1, 5, "others")})
	for size := range object {
		wantCorrupt(t, slices.Clone(object[:size]), 16, size)
	}
}

// wantCorrupt fails unless reading all of an object finds damage, at or before
// the byte that was damaged or in a structure that holds it.
func wantCorrupt(t *testing.T, object memory, length uint64, at int) {
	t.Helper()
	_, blocks := read(t, object, 0, length)
	_, index := segment.ReadIndex(t.Context(), object, id, int64(len(object)))
	var damage *segment.CorruptionError
	if !errors.As(errors.Join(blocks, index), &damage) {
		t.Fatalf("damage at %d was not found", at)
	}
	if damage.Object != id.Key() || damage.Offset > int64(at) {
		t.Fatalf("damage at %d was reported as %v", at, damage)
	}
}

func TestBytesOfAnotherPlaceDoNotPass(t *testing.T) {
	object := sample(t)
	other := segment.ID{Group: id.Group, Object: id.Object + 1}
	buf := make([]byte, segment.Space(0, 10))
	if _, err := segment.Read(t.Context(), object, other, 0, 10, buf); !errors.Is(err, segment.ErrChecksum) {
		t.Errorf("block of another object: %v", err)
	}
	if _, err := segment.ReadIndex(t.Context(), object, other, int64(len(object))); !errors.Is(err, segment.ErrFormat) {
		t.Errorf("index of another object: %v", err)
	}
	shifted := object[segment.BlockSize+8:]
	if _, err := read(t, shifted, 0, 5); !errors.Is(err, segment.ErrChecksum) {
		t.Errorf("block of another place: %v", err)
	}
}

func TestReadBeyondTheDataIsCorruption(t *testing.T) {
	object := sample(t)
	for _, row := range []struct{ offset, length uint64 }{
		{segment.BlockSize, 6}, {segment.BlockSize + 5, 1}, {segment.BlockSize - 1, 7}, {2 * segment.BlockSize, 1}, {9 * segment.BlockSize, 1},
	} {
		var damage *segment.CorruptionError
		if _, err := read(t, object, row.offset, row.length); !errors.As(err, &damage) {
			t.Errorf("read(%d, %d): %v", row.offset, row.length, err)
		}
	}
}
