package cold_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"

	"ursula/core/bucket/dirbucket"
	"ursula/core/cold"
	"ursula/core/segment"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

var errFault = errors.New("injected fault")

// tester is what *testing.T and *rapid.T have in common here.
type tester interface {
	Helper()
	Context() context.Context
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// node is a cold tier over a disk that fails on demand.
type node struct {
	disk    *faultfs.FS
	bucket  *dirbucket.Bucket
	budget  *cold.Budget
	reader  *cold.Reader
	flusher *cold.Flusher
}

var testMarks = cold.Marks{Flush: 200_000, Shed: 300_000, Reject: 500_000}

func newNode(t tester, disk *faultfs.FS) *node {
	t.Helper()
	b, err := dirbucket.Open(dirbucket.Options{FS: disk, Dir: "cold"})
	if err != nil {
		t.Fatal(err)
	}
	budget, err := cold.NewBudget(testMarks)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{disk: disk, bucket: b, budget: budget, reader: cold.NewReader(b, 0)}
	n.flusher = cold.NewFlusher(cold.Options{Bucket: b, Reader: n.reader, Budget: budget, ObjectBytes: 100_000})
	return n
}

// run runs the flusher in the background and returns what stops it. Inside a
// synctest bubble, synctest.Wait then waits until it has nothing left to do.
func (n *node) run(t tester) func() {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.flusher.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// settled runs the flusher until it has nothing left to do.
func (n *node) settled(t tester) {
	stop := n.run(t)
	synctest.Wait()
	stop()
}

// objects lists what is in the bucket.
func (n *node) objects(t tester) []uint64 {
	t.Helper()
	var found []uint64
	for object, err := range n.bucket.List(t.Context(), "") {
		id, ok := segment.ParseKey(object.Key)
		if err != nil || !ok {
			t.Fatalf("List: %s, %v", object.Key, err)
		}
		found = append(found, id.Object)
	}
	return found
}

// checkAll reads every stream of a group whole and compares.
func (n *node) checkAll(t tester, g *fakeGroup) {
	t.Helper()
	for name, s := range g.streams {
		if err := n.check(t.Context(), g, name, 0, uint64(len(s.data))); err != nil {
			t.Fatal(err)
		}
	}
}

// check reads [from, to) of a stream the way a node does: pin, plan, read.
func (n *node) check(ctx context.Context, g *fakeGroup, name stream.Name, from, to uint64) error {
	pin := n.reader.Pin(g.id)
	defer pin.Release()
	s, ok := g.plan(name)
	if !ok {
		return nil
	}
	runtime.Gosched() // lets a sweep overtake the plan, if it can
	to = min(to, uint64(len(s.data)))
	for _, span := range s.spans {
		if err := checkSpan(ctx, pin, name, &s, max(from, span.from), min(to, span.to), span); err != nil {
			return fmt.Errorf("%s at %d: %w", name, span.from, err)
		}
	}
	if s.start > s.flushed() {
		return fmt.Errorf("%s: [%d, %d) is neither in memory nor in an object", name, s.flushed(), s.start)
	}
	return nil
}

// plan copies what a read plan needs; the bytes themselves never change.
func (g *fakeGroup) plan(name stream.Name) (fakeStream, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s, ok := g.streams[name]
	if !ok {
		return fakeStream{}, false
	}
	c := *s
	c.spans = slices.Clone(s.spans)
	return c, true
}

func checkSpan(ctx context.Context, pin *cold.Pin, name stream.Name, s *fakeStream, from, to uint64, span fakeSpan) error {
	if from >= to {
		return nil
	}
	at := stream.Cold{Object: span.object, Offset: span.offset + from - span.from}
	got, err := pin.ReadSpan(ctx, at, int(to-from))
	if err != nil {
		return err
	}
	defer got.Release()
	if !bytes.Equal(bytes.Join(got.Parts, nil), s.data[from:to]) {
		return fmt.Errorf("bytes [%d, %d) differ", from, to)
	}
	ends, err := pin.RecordEnds(ctx, span.object, name, s.id, from, to)
	if err == nil && !slices.Equal(ends, s.endsWithin(from, to)) {
		err = fmt.Errorf("record ends in [%d, %d) are %v", from, to, ends)
	}
	return err
}

// record makes n bytes that differ by seed.
func record(seed, n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(seed*31 + i*7 + i>>8)
	}
	return p
}

// fill appends about total bytes in records, round robin over streams.
func fill(g *fakeGroup, streams, total int) {
	const size = 1000
	for i := range total / size {
		g.append(stream.Name(fmt.Sprintf("v1/s%d", i%streams)), record(i, size))
	}
}

func bubble(t *testing.T, test func(t *testing.T, n *node, g *fakeGroup)) {
	synctest.Test(t, func(t *testing.T) {
		n := newNode(t, faultfs.New())
		g := newFakeGroup(1, n.budget)
		n.flusher.Add(g)
		test(t, n, g)
	})
}
