package stream

import (
	"bytes"
	"maps"
	"slices"

	"pgregory.net/rapid"
)

// The cold store, snapshots and the checks of the property test.

func (x *experiment) flush(t *rapid.T) {
	x.objects++
	f := &Flush{Object: x.objects}
	var data []byte
	for _, c := range x.machine.FlushCandidates(rapid.Int64Range(1, 120).Draw(t, "limit")) {
		f.Ranges = append(f.Ranges, FlushedRange{Name: c.Name, ID: c.ID, From: c.From, To: c.To, Offset: uint64(len(data))})
		data = append(data, bytes.Join(c.Parts, nil)...)
	}
	f.Size = int64(len(data))
	x.cold[f.Object] = data
	x.flushes = append(x.flushes, &Command{Op: OpFlush, Flush: f})
	x.apply(t, x.flushes[len(x.flushes)-1])
}

// flushLate applies a flush that was applied before, as a log may.
func (x *experiment) flushLate(t *rapid.T) {
	if len(x.flushes) > 0 {
		x.apply(t, rapid.SampledFrom(x.flushes).Draw(t, "flush"))
	}
}

// sweep deletes garbage for good: a plan that still needs it fails.
func (x *experiment) sweep(t *rapid.T) {
	all := x.machine.Garbage()
	garbage := all[:rapid.IntRange(0, len(all)).Draw(t, "swept")]
	for _, id := range garbage {
		delete(x.cold, id)
	}
	x.apply(t, &Command{Op: OpSweep, Objects: garbage})
	if left := x.machine.Garbage(); len(left) != len(all)-len(garbage) {
		t.Fatalf("of %d, %d were swept, and %d are left", all, garbage, left)
	}
}

// snapshot checks that the machines are equal to the byte, that the snapshot
// before this one has not changed by what came after it, and goes on with a
// restored twin.
func (x *experiment) snapshot(t *rapid.T) {
	if x.frozen != nil && !bytes.Equal(x.written, write(t, x.frozen)) {
		t.Fatal("a frozen snapshot changed")
	}
	x.frozen = x.machine.Freeze()
	x.written = write(t, x.frozen)
	if !bytes.Equal(x.written, write(t, x.twin.Freeze())) {
		t.Fatal("equal logs gave different snapshots")
	}
	restored, err := ReadSnapshot(bytes.NewReader(x.written))
	if err != nil {
		t.Fatal(err)
	}
	x.twin = restored
}

func write(t *rapid.T, s *Snapshot) []byte {
	var b bytes.Buffer
	n, err := s.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("snapshot: wrote %d of %d: %v", n, b.Len(), err)
	}
	return b.Bytes()
}

// compare runs after every step.
func (x *experiment) compare(t *rapid.T) {
	for _, m := range []*Machine{x.machine, x.twin} {
		x.checkVisible(t, m)
		x.checkContent(t, m)
		checkAccounts(t, m)
		checkQueues(t, m)
		x.checkObjects(t, m)
	}
}

func (x *experiment) checkVisible(t *rapid.T, m *Machine) {
	var got, want []Name
	m.Each("", x.now, func(i Info) bool { got = append(got, i.Name); return true })
	for _, name := range x.model.names() {
		s, err := x.model.find(name, x.now)
		info, statErr := m.Stat(name, x.now)
		agree(t, statErr, err)
		if err != nil {
			continue
		}
		want = append(want, name)
		if info.ID != s.id || info.Tail != uint64(len(s.data)) || info.Closed != s.closed {
			t.Fatalf("%s is %+v, want id %d, tail %d, closed %v", name, info, s.id, len(s.data), s.closed)
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("visible %v, want %v", got, want)
	}
}

// checkContent reads a piece of every stream, whatever its public condition.
func (x *experiment) checkContent(t *rapid.T, m *Machine) {
	for _, name := range x.model.names() {
		s := x.model.streams[name]
		from := rapid.IntRange(0, len(s.data)).Draw(t, "from")
		to := rapid.IntRange(from, len(s.data)).Draw(t, "to")
		p, err := m.InheritedPlan(name, s.id, uint64(from), uint64(to))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := x.read(t, m, p); !bytes.Equal(got, s.data[from:to]) {
			t.Fatalf("%s [%d,%d) is %q, want %q", name, from, to, got, s.data[from:to])
		}
	}
}

// read follows a plan, and checks that it has no gaps.
func (x *experiment) read(t *rapid.T, m *Machine, p Plan) (data []byte) {
	at := p.From
	for _, s := range p.Spans {
		if s.From != at || s.To <= s.From {
			t.Fatalf("span [%d,%d) does not follow %d", s.From, s.To, at)
		}
		at = s.To
		switch {
		case s.Inherited != nil:
			q, err := m.InheritedPlan(s.Inherited.Source, s.Inherited.SourceID, s.From, s.To)
			agree(t, err, nil)
			data = append(data, x.read(t, m, q)...)
		case s.Cold != nil:
			data = append(data, x.cold[s.Cold.Object][s.Cold.Offset:][:s.To-s.From]...)
		default:
			data = append(data, bytes.Join(s.Hot, nil)...)
		}
	}
	if at != p.To {
		t.Fatalf("plan ends at %d, not at %d", at, p.To)
	}
	return data
}

func checkAccounts(t *rapid.T, m *Machine) {
	var memory, unflushed int64
	m.streams.Scan(func(name Name, s *state) bool {
		memory += int64(s.hot.Size())
		unflushed += s.unflushed()
		if s.name != name || !s.sound() || s.hot.End() != s.tail || s.hot.Start() > s.flushed() {
			t.Fatalf("%s is unsound: %+v", name, s)
		}
		return true
	})
	if memory != m.Memory() || unflushed != m.Unflushed() {
		t.Fatalf("memory %d unflushed %d, accounts say %d and %d", memory, unflushed, m.Memory(), m.Unflushed())
	}
}

// checkQueues counts the living entries of every queue, and the dead.
func checkQueues(t *rapid.T, m *Machine) {
	dirty, cached, watched := map[Name]int{}, map[Name]int{}, map[Name]int{}
	l := &m.local
	live(t, &l.dirty, m.isDirty, func(d dirtyStream) { dirty[d.name]++ })
	live(t, &l.cached, m.isCached, func(c cachedRange) { cached[c.name]++ })
	live(t, &l.deadlines.lazyQueue, func(d deadline) bool { return m.expires(d) != nil },
		func(d deadline) { watched[d.name]++ })
	m.streams.Scan(func(name Name, s *state) bool {
		_, expires := s.deadline()
		if dirty[name] != one(s.unflushed() > 0) || cached[name] != s.cachedRanges() ||
			watched[name] != one(expires && !s.deleted) {
			t.Fatalf("%s: dirty %d, cached %d, watched %d: %+v", name, dirty[name], cached[name], watched[name], s)
		}
		return true
	})
}

func live[T any](t *rapid.T, q *lazyQueue[T], alive func(T) bool, fn func(T)) {
	dead := 0
	for _, e := range q.entries {
		if alive(e) {
			fn(e)
		} else {
			dead++
		}
	}
	if dead != q.dead {
		t.Fatalf("%d dead entries, counted %d: %+v", dead, q.dead, q.entries)
	}
	if n := len(q.entries); n > 2*(n-dead)+sweepFrom {
		t.Fatalf("%d entries, %d of them dead", n, dead)
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// checkObjects counts references anew. What is referred to is in the store, and
// is no garbage.
func (x *experiment) checkObjects(t *rapid.T, m *Machine) {
	ranges := map[uint64]int{}
	m.streams.Scan(func(_ Name, s *state) bool {
		for _, r := range s.cold {
			ranges[r.object]++
		}
		return true
	})
	known := map[uint64]int{}
	m.objects.Scan(func(id uint64, o object) bool { known[id] = o.ranges; return true })
	if !maps.Equal(ranges, known) {
		t.Fatalf("objects have %v ranges, the state says %v", ranges, known)
	}
	for _, id := range m.Garbage() {
		if known[id] > 0 || !m.KnowsObject(id) {
			t.Fatalf("object %d is garbage and has %d ranges", id, known[id])
		}
	}
	for id := range known {
		if x.cold[id] == nil {
			t.Fatalf("object %d is referred to and was deleted", id)
		}
	}
}
