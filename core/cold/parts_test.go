package cold

import (
	"bytes"
	"context"
	"testing"
	"time"

	"ursula/core/segment"
	"ursula/core/stream"
)

func TestBackoffDoublesUpToItsLimit(t *testing.T) {
	var b backoff
	now := time.Unix(0, 0)
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		if first := b.failed(now); first != (i == 0) {
			t.Fatalf("failure %d: first = %v", i, first)
		}
		if !b.resting(now.Add(want*time.Second-1)) || b.resting(now.Add(want*time.Second)) {
			t.Fatalf("failure %d does not pause for %d s", i, want)
		}
	}
	b.skip()
	if b.resting(now) || b.failed(now) || b.until.Sub(now) != longestPause {
		t.Fatal("a skipped pause must not start the series anew")
	}
	if !b.succeeded() || b.succeeded() || b.resting(now) || !b.failed(now) {
		t.Fatal("a success must start the series anew")
	}
}

func TestErasDrainInOrder(t *testing.T) {
	p := newPins()
	notified := 0
	first := p.enter(1)
	a := p.retire(1, func() { notified++ })
	second := p.enter(1)
	b := p.retire(1, func() { notified++ })
	p.leave(1, second)
	if drained(a) || drained(b) {
		t.Fatal("drained while the first reader reads")
	}
	p.leave(1, first)
	if !drained(a) || !drained(b) || notified != 2 {
		t.Fatalf("not drained after the last reader left; notified %d times", notified)
	}
	if c := p.retire(1, func() {}); !drained(c) {
		t.Fatal("nobody reads, and yet not drained")
	}
}

func drained(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestIndexesAreBoundedInBytes(t *testing.T) {
	one := index(t)
	x := newIndexes(3 * one.Memory())
	id := func(object uint64) segment.ID { return segment.ID{Group: 1, Object: object} }
	for object := range uint64(3) {
		x.add(id(object), one)
	}
	x.get(id(0))
	x.add(id(3), one)
	for object, want := range []bool{true, false, true, true} {
		if _, ok := x.get(id(uint64(object))); ok != want {
			t.Errorf("index %d kept: %v", object, ok)
		}
	}
	x.forget(id(0))
	x.forget(id(0))
	if x.memory != 2*one.Memory() || x.order.Len() != 2 {
		t.Errorf("%d bytes in %d indexes", x.memory, x.order.Len())
	}
	small := newIndexes(one.Memory() - 1)
	if small.add(id(0), one); small.memory != 0 {
		t.Error("an index beyond the bound was kept")
	}
}

func index(t *testing.T) *segment.Index {
	t.Helper()
	id := segment.ID{Group: 1, Object: 1}
	s, _, err := pack(id, []Chunk{{Name: stream.Name("v1/s"), ID: 1, To: 1, Parts: [][]byte{{1}}}})
	if err != nil {
		t.Fatal(err)
	}
	x, err := segment.ReadIndex(t.Context(), content{bytes.NewReader(bytes.Join(s.Parts, nil))}, id, s.Size)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

type content struct{ *bytes.Reader }

func (c content) ReadAt(_ context.Context, dst []byte, offset int64) (int, error) {
	return c.Reader.ReadAt(dst, offset)
}

func TestBuffersFit(t *testing.T) {
	var b buffers
	for _, n := range []int{0, 1, smallestBuffer, smallestBuffer + 1, segment.Space(1, 1<<20), segment.Space(1, segment.MaxRead)} {
		buf := b.get(n)
		if len(*buf) < n || (n > smallestBuffer && len(*buf) > 2*n) {
			t.Errorf("get(%d) returned %d bytes", n, len(*buf))
		}
		b.put(buf)
	}
}
