package segment_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ursula/core/segment"
	"ursula/core/stream"
)

func TestReadGivesBackWhatWasBuilt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ranges := drawRanges(t)
		s, object := build(t, id, ranges)
		if int64(len(object)) != s.Size {
			t.Fatalf("object has %d bytes, Size says %d", len(object), s.Size)
		}
		index, err := segment.ReadIndex(t.Context(), object, id, s.Size)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range ranges {
			checkRange(t, object, index, r, s.Offsets[i])
		}
	})
}

// checkRange looks a part of a range up in the index, reads it, and compares.
func checkRange(t *rapid.T, object memory, index *segment.Index, r segment.Range, offset uint64) {
	from := rapid.Uint64Range(r.From, r.To-1).Draw(t, "from")
	to := rapid.Uint64Range(from, r.To).Draw(t, "to")
	e, ok := index.Find(r.Name, r.ID, from)
	if !ok || e.From != r.From || e.To != r.To || e.Offset != offset {
		t.Fatalf("Find(%s, %d, %d) = %+v, %v", r.Name, r.ID, from, e, ok)
	}
	got, err := read(t, object, e.Offset+from-e.From, to-from)
	if err != nil {
		t.Fatal(err)
	}
	if want := bytes.Join(r.Parts, nil)[from-r.From : to-r.From]; !bytes.Equal(got, want) {
		t.Fatalf("read [%d, %d) of %s: %d bytes that differ", from, to, r.Name, len(got))
	}
	ends := slices.DeleteFunc(slices.Clone(r.Ends), func(end uint64) bool { return end <= from || end > to })
	if got := e.Ends(nil, from, to); !slices.Equal(got, ends) {
		t.Fatalf("Ends(%d, %d) = %v, want %v", from, to, got, ends)
	}
}

// drawRanges makes ranges from a few bytes to several blocks.
func drawRanges(t *rapid.T) []segment.Range {
	ranges := make([]segment.Range, rapid.IntRange(0, 8).Draw(t, "ranges"))
	for i := range ranges {
		r := &ranges[i]
		r.Name = stream.Name(fmt.Sprintf("v1/s%d", rapid.IntRange(0, 1).Draw(t, "name")*100+i))
		r.ID = rapid.Uint64().Draw(t, "id")
		r.From = rapid.Uint64Range(0, stream.MaxOffset-1<<20).Draw(t, "start")
		r.To = r.From
		sizes := rapid.SliceOfN(rapid.SampledFrom([]int{1, 7, 300, 65535, 65536, 65537, 150000}), 1, 4)
		for _, n := range sizes.Draw(t, "sizes") {
			r.Parts = append(r.Parts, bytes.Repeat([]byte{byte(i), byte(n), byte(n >> 8)}, n/3+1)[:n])
			r.To += uint64(n)
			r.Ends = append(r.Ends, r.To)
		}
	}
	return ranges
}

func TestFindChoosesTheRightRange(t *testing.T) {
	_, object := build(t, id, []segment.Range{
		text("v1/b", 1, 10, "0123456789"), text("v1/a", 2, 0, "abc"), text("v1/a", 1, 0, "old"), text("v1/b", 1, 30, "tail"),
	})
	index, err := segment.ReadIndex(t.Context(), object, id, int64(len(object)))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   stream.Name
		id, at uint64
		want   int64 // where the range begins, or -1
	}{
		{"v1/a", 1, 0, 0}, {"v1/a", 2, 2, 0}, {"v1/a", 2, 3, -1}, {"v1/a", 3, 0, -1},
		{"v1/b", 1, 9, -1}, {"v1/b", 1, 10, 10}, {"v1/b", 1, 19, 10}, {"v1/b", 1, 20, -1},
		{"v1/b", 1, 29, -1}, {"v1/b", 1, 33, 30}, {"v1/b", 1, 34, -1}, {"v1/", 1, 0, -1}, {"v1/c", 1, 0, -1},
	} {
		e, ok := index.Find(row.name, row.id, row.at)
		if ok != (row.want >= 0) || (ok && e.From != uint64(row.want)) {
			t.Errorf("Find(%s, %d, %d) = %+v, %v; want from %d", row.name, row.id, row.at, e, ok, row.want)
		}
	}
}

func TestBuildRefusesMalformedRanges(t *testing.T) {
	good := text("v1/a", 1, 10, "data")
	for name, change := range map[string]func(*segment.Range){
		"no name":           func(r *segment.Range) { r.Name = "" },
		"long name":         func(r *segment.Range) { r.Name = stream.Name(make([]byte, stream.MaxNameBytes+1)) },
		"empty":             func(r *segment.Range) { r.To, r.Parts, r.Ends = r.From, nil, nil },
		"backwards":         func(r *segment.Range) { r.From, r.To = r.To, r.From },
		"missing bytes":     func(r *segment.Range) { r.Parts = [][]byte{[]byte("dat")} },
		"end at the start":  func(r *segment.Range) { r.Ends = []uint64{10, 14} },
		"end after the end": func(r *segment.Range) { r.Ends = []uint64{15} },
		"ends repeat":       func(r *segment.Range) { r.Ends = []uint64{12, 12} },
		"beyond offsets":    func(r *segment.Range) { r.From, r.To = stream.MaxOffset-3, stream.MaxOffset+1 },
	} {
		r := good
		change(&r)
		if _, err := segment.Build(id, []segment.Range{r}); !errors.Is(err, segment.ErrRange) {
			t.Errorf("%s: %v, want ErrRange", name, err)
		}
	}
	overlap := []segment.Range{good, text("v1/a", 1, 13, "x")}
	if _, err := segment.Build(id, overlap); !errors.Is(err, segment.ErrRange) {
		t.Errorf("overlap: %v, want ErrRange", err)
	}
}

func TestReadLimits(t *testing.T) {
	_, object := build(t, id, []segment.Range{text("v1/a", 1, 0, "data")})
	for _, row := range []struct {
		offset, length uint64
		buf            int
	}{
		{0, segment.MaxRead + 1, segment.MaxRead * 2}, {segment.MaxData + 1, 1, 1 << 20}, {0, 4, 4},
	} {
		_, err := segment.Read(t.Context(), object, id, row.offset, row.length, make([]byte, row.buf))
		if !errors.Is(err, segment.ErrLimit) {
			t.Errorf("Read(%d, %d) = %v, want ErrLimit", row.offset, row.length, err)
		}
	}
}

func TestKeys(t *testing.T) {
	if got := (segment.ID{Group: 7, Object: 42}).Key(); got != "g00007/000000000000002a.seg" {
		t.Errorf("Key = %s", got)
	}
	for _, id := range []segment.ID{{}, {1, 2}, {1 << 31, 1 << 63}, {99999, 1}, {100000, 1}} {
		if got, ok := segment.ParseKey(id.Key()); !ok || got != id {
			t.Errorf("ParseKey(%s) = %v, %v", id.Key(), got, ok)
		}
	}
	for _, key := range []string{"", "g1/000000000000002a.seg", "g00001/2a.seg", "g00001/000000000000002A.seg",
		"00001/000000000000002a.seg", "g00001/000000000000002a", "g00001/manifest.json", "g00001/000000000000002a.seg/x"} {
		if id, ok := segment.ParseKey(key); ok {
			t.Errorf("ParseKey(%q) = %v", key, id)
		}
	}
}
