package cold_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"ursula/core/bucket"
	"ursula/core/cold"
	"ursula/core/segment"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// TestReadsEqualWhatWasFlushed appends, flushes, sheds and deletes at random,
// in random record sizes, and reads random ranges back.
func TestReadsEqualWhatWasFlushed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := newNode(t, faultfs.New())
		g := newFakeGroup(rapid.Uint32Range(0, 99999).Draw(t, "group"), n.budget)
		names := []stream.Name{"v1/a", "v1/b/c", "bucket/ü"}
		name := rapid.SampledFrom(names)
		size := rapid.SampledFrom([]int{1, 10, 300, 65535, 65536, 65537, 200_000})
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				k := size.Draw(t, "size")
				g.append(name.Draw(t, "name"), record(k+len(g.streams), k))
			},
			"flush": func(t *rapid.T) { flushOnce(t, n, g, rapid.Int64Range(1, 300_000).Draw(t, "max")) },
			"shed":  func(t *rapid.T) { g.Shed(rapid.Int64Range(1, 100_000).Draw(t, "max")) },
			"read": func(t *rapid.T) {
				from := rapid.Uint64Range(0, 400_000).Draw(t, "from")
				to := from + rapid.Uint64Range(0, 200_000).Draw(t, "length")
				if err := n.check(t.Context(), g, name.Draw(t, "name"), from, to); err != nil {
					t.Fatal(err)
				}
			},
		})
	})
}

// flushOnce does what the flusher does, at a moment that the test chooses.
func flushOnce(t tester, n *node, g *fakeGroup, limit int64) {
	t.Helper()
	ranges, command := []segment.Range{}, stream.Flush{Object: g.NextObject()}
	for _, c := range g.Candidates(limit) {
		ranges = append(ranges, segment.Range(c))
		command.Ranges = append(command.Ranges, stream.FlushedRange{Name: c.Name, ID: c.ID, From: c.From, To: c.To})
	}
	s, err := segment.Build(segment.ID{Group: g.id, Object: command.Object}, ranges)
	if err != nil {
		t.Fatal(err)
	}
	for i := range command.Ranges {
		command.Ranges[i].Offset = s.Offsets[i]
	}
	if err := n.bucket.Put(t.Context(), s.ID.Key(), s.Parts...); err != nil {
		t.Fatal(err)
	}
	g.apply(command)
}

// flushed is a node with one stream of three blocks in one object.
func flushed(t *testing.T) (*node, *fakeGroup, fakeSpan) {
	n := newNode(t, faultfs.New())
	g := newFakeGroup(1, n.budget)
	for i := range 15 {
		g.append("v1/s", record(i, 10_000))
	}
	flushOnce(t, n, g, 1<<20)
	return n, g, g.streams["v1/s"].spans[0]
}

func TestDamageIsReportedWithItsPlace(t *testing.T) {
	n, g, span := flushed(t)
	key := segment.ID{Group: 1, Object: span.object}.Key()
	object, err := n.bucket.Stat(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{70_000, object.Size - 60} { // second block, index
		if err := n.disk.FlipBit("cold/"+key, at, 3); err != nil {
			t.Fatal(err)
		}
		err := n.check(t.Context(), g, "v1/s", 0, 150_000)
		var damage *segment.CorruptionError
		if !errors.As(err, &damage) || damage.Object != key || damage.Offset > at {
			t.Errorf("damage at %d: %v", at, err)
		}
		if err := n.disk.FlipBit("cold/"+key, at, 3); err != nil {
			t.Fatal(err)
		}
	}
	n.checkAll(t, g)
	if got := n.reader.Stats(); got.Failures != 2 || got.IndexReads != 1 {
		t.Errorf("stats are %+v", got)
	}
}

func TestReadErrors(t *testing.T) {
	n, _, span := flushed(t)
	pin := n.reader.Pin(1)
	defer pin.Release()
	if _, err := pin.ReadSpan(t.Context(), stream.Cold{Object: 99}, 10); !errors.Is(err, bucket.ErrNotFound) {
		t.Errorf("missing object: %v", err)
	}
	if _, err := pin.RecordEnds(t.Context(), 99, "v1/s", 1, 0, 1); !errors.Is(err, bucket.ErrNotFound) {
		t.Errorf("index of a missing object: %v", err)
	}
	if _, err := pin.ReadSpan(t.Context(), stream.Cold{Object: span.object}, segment.MaxRead+1); !errors.Is(err, segment.ErrLimit) {
		t.Errorf("too long: %v", err)
	}
	for _, row := range []struct {
		name     stream.Name
		id       uint64
		from, to uint64
	}{{"v1/t", 1, 0, 1}, {"v1/s", 2, 0, 1}, {"v1/s", 1, 0, span.to + 1}, {"v1/s", 1, span.to, span.to}} {
		if _, err := pin.RecordEnds(t.Context(), span.object, row.name, row.id, row.from, row.to); !errors.Is(err, cold.ErrNoRange) {
			t.Errorf("RecordEnds(%+v): %v", row, err)
		}
	}
}

func TestEmptyReadAndDoubleRelease(t *testing.T) {
	n, _, span := flushed(t)
	pin := n.reader.Pin(1)
	defer pin.Release()
	got, err := pin.ReadSpan(t.Context(), stream.Cold{Object: span.object}, 0)
	if err != nil || len(got.Parts) != 0 {
		t.Fatalf("empty read: %v, %v", got, err)
	}
	got.Release()
	got.Release()
	a, errA := pin.ReadSpan(t.Context(), stream.Cold{Object: span.object}, 5000)
	b, errB := pin.ReadSpan(t.Context(), stream.Cold{Object: span.object, Offset: 10_000}, 5000)
	if errA != nil || errB != nil || bytes.Equal(a.Parts[0], b.Parts[0]) {
		t.Fatalf("two reads share memory: %v, %v", errA, errB)
	}
}

func BenchmarkReadSpan(b *testing.B) {
	n, err := osNode(b)
	if err != nil {
		b.Fatal(err)
	}
	for _, length := range []int{256, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprint(length), func(b *testing.B) {
			b.SetBytes(int64(length))
			b.ReportAllocs()
			for b.Loop() {
				pin := n.Pin(1)
				got, err := pin.ReadSpan(b.Context(), stream.Cold{Object: 1, Offset: 70_000}, length)
				if err != nil {
					b.Fatal(err)
				}
				got.Release()
				pin.Release()
			}
		})
	}
}
