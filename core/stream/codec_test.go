package stream

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

func TestBatchRefusesWhatItDidNotWrite(t *testing.T) {
	whole := sampleBatch()
	cases := map[string][]byte{
		"nothing":              {},
		"another version":      append([]byte{2}, whole[1:]...),
		"half a length":        {batchVersion, 1, 0},
		"a command too short":  {batchVersion, 9, 0, 0, 0, 1, 0},
		"an empty command":     {batchVersion, 0, 0, 0, 0},
		"no end":               {batchVersion, 1, 0, 0, 0, 1},
		"bytes after the end":  {batchVersion, 3, 0, 0, 0, 1, 0, 0},
		"an unknown tag":       {batchVersion, 3, 0, 0, 0, 1, 99, 0},
		"a string too long":    {batchVersion, 4, 0, 0, 0, 1, tagName, 200, 1},
		"a list too long":      {batchVersion, 4, 0, 0, 0, 1, tagObjects, 255, 1},
		"an overlong varint":   append([]byte{batchVersion, 13, 0, 0, 0, 1, tagID}, bytes.Repeat([]byte{255}, 11)...),
		"the last byte is off": whole[:len(whole)-1],
	}
	for name, entry := range cases {
		if err := EachInBatch(entry, func(*Command) {}); !errors.Is(err, ErrCodec) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestApplyRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, c := range []Command{{}, {Op: 200}, {Op: OpFlush}, {Op: OpRecord}} {
		m := NewMachine()
		if r, _ := m.Apply(&c, nil); r.Err == nil {
			t.Errorf("%+v was carried out", c)
		}
		if !bytes.Equal(snapshotOf(t, m), snapshotOf(t, NewMachine())) {
			t.Errorf("%+v changed something", c)
		}
	}
}

func TestSnapshotCutShortIsRefused(t *testing.T) {
	whole := sampleSnapshot(t)
	for n := range whole {
		if _, err := ReadSnapshot(bytes.NewReader(whole[:n])); err == nil {
			t.Fatalf("%d of %d bytes were taken for a snapshot", n, len(whole))
		}
	}
}

func TestSnapshotRefusesUnsoundStates(t *testing.T) {
	item := func(kind byte, body []byte) []byte {
		return append([]byte{kind, byte(len(body)), byte(len(body) >> 8), 0, 0}, body...)
	}
	stream := func(change func(*state)) []byte {
		s := &state{name: "v1/a", base: 5, tail: 5, fork: &Fork{}}
		change(s)
		return item(itemStream, s.append(nil))
	}
	hot := item(itemHot, []byte{1, 'x'})
	cases := map[string][]byte{
		"bytes without a stream":    hot,
		"bytes missing":             stream(func(s *state) { s.tail = 6 }),
		"bytes too many":            append(stream(func(*state) {}), hot...),
		"an empty append":           append(stream(func(*state) {}), item(itemHot, []byte{0})...),
		"a tail before its base":    stream(func(s *state) { s.tail = 4 }),
		"a tail beyond all offsets": stream(func(s *state) { s.base, s.tail = MaxOffset+1, MaxOffset+1 }),
		"ranges out of order":       stream(func(s *state) { s.tail, s.cold = 7, []coldRange{{to: 7}, {to: 6}} }),
		"an empty range":            stream(func(s *state) { s.cold = []coldRange{{to: 5}} }),
		"ranges beyond the tail":    stream(func(s *state) { s.cold = []coldRange{{to: 6}} }),
		"pending, but no fork":      stream(func(s *state) { s.pending, s.fork = true, nil }),
		"three counters":            item(itemCounters, []byte{3, 0, 0, 0}),
		"an unknown item":           item(77, nil),
	}
	for name, items := range cases {
		b := append([]byte(snapshotMagic), snapshotVersion)
		b = append(append(b, items...), item(itemEnd, nil)...)
		if _, err := ReadSnapshot(bytes.NewReader(b)); !errors.Is(err, ErrCodec) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSnapshotReportsItsWriter(t *testing.T) {
	s := sampleMachine(t).Freeze()
	whole := len(sampleSnapshot(t))
	for room := range whole {
		n, err := s.WriteTo(&fullDisk{room: room})
		if !errors.Is(err, io.ErrShortWrite) || n != int64(room) {
			t.Fatalf("with room for %d: wrote %d, %v", room, n, err)
		}
	}
}

// fullDisk takes as much as it has room for.
type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	n := min(d.room, len(p))
	d.room -= n
	if n < len(p) {
		return n, io.ErrShortWrite
	}
	return n, nil
}

// TestSnapshotSplitsHotBytes writes streams around the size of one item, whose
// appends must come back with their ends.
func TestSnapshotSplitsHotBytes(t *testing.T) {
	for _, sizes := range [][]int{{hotItemBytes}, {hotItemBytes, 1}, {hotItemBytes - 1, 1, 1}, {3 * hotItemBytes, 5, hotItemBytes}} {
		m := NewMachine()
		m.Apply(&Command{Op: OpCreate, Name: "v1/a", Lifetime: Forever()}, nil)
		for i, n := range sizes {
			c := &Command{Op: OpAppend, Name: "v1/a", ContentType: DefaultContentType, Data: bytes.Repeat([]byte{byte(i)}, n)}
			if r, _ := m.Apply(c, nil); r.Err != nil {
				t.Fatal(r.Err)
			}
		}
		written := snapshotOf(t, m)
		restored, err := ReadSnapshot(bytes.NewReader(written))
		if err != nil {
			t.Fatal(err)
		}
		if got := restored.RecordEnds("v1/a", 1, 0, MaxOffset); len(got) != len(sizes) {
			t.Errorf("sizes %d: %d ends", sizes, len(got))
		}
		if !bytes.Equal(snapshotOf(t, restored), written) {
			t.Errorf("sizes %d: restored differs", sizes)
		}
	}
}
