package cold_test

import (
	"context"
	"maps"
	"slices"
	"sync"

	"ursula/core/cold"
	"ursula/core/stream"
)

// fakeGroup is a group without replication: a model of what the machine keeps
// about flushed ranges, plus the truth to compare reads with. All bytes count
// as safe in the log until they are flushed.
type fakeGroup struct {
	id     uint32
	budget *cold.Budget
	// outcome decides what a Commit does, for tests of failures.
	outcome func(stream.Flush) (applied bool, err error)

	mu      sync.Mutex
	leads   bool
	term    uint64
	serial  uint64
	lastID  uint64
	streams map[stream.Name]*fakeStream
	objects map[uint64]int // live ranges
	garbage []uint64
	swept   int
}

type fakeStream struct {
	id    uint64
	data  []byte   // all that was ever appended
	ends  []uint64 // of its records
	start uint64   // memory holds [start, len(data))
	spans []fakeSpan
}

type fakeSpan struct {
	from, to, object, offset uint64
}

var _ cold.Group = (*fakeGroup)(nil)

func newFakeGroup(id uint32, budget *cold.Budget) *fakeGroup {
	return &fakeGroup{
		id: id, budget: budget, leads: true, term: 1,
		outcome: func(stream.Flush) (bool, error) { return true, nil },
		streams: make(map[stream.Name]*fakeStream), objects: make(map[uint64]int),
	}
}

// crashed is the group as a crash of the node leaves it, led anew: the log
// gives back what was not flushed. It has no budget until it is restarted.
func (g *fakeGroup) crashed() *fakeGroup {
	g.mu.Lock()
	defer g.mu.Unlock()
	after := newFakeGroup(g.id, nil)
	after.term, after.lastID = g.term+1, g.lastID
	after.objects, after.garbage = maps.Clone(g.objects), slices.Clone(g.garbage)
	for name, s := range g.streams {
		c := *s
		c.data, c.ends, c.spans = slices.Clone(s.data), slices.Clone(s.ends), slices.Clone(s.spans)
		c.start = s.flushed()
		after.streams[name] = &c
	}
	return after
}

func (g *fakeGroup) restart(budget *cold.Budget) {
	g.budget = budget
	budget.Add(g.Unflushed())
}

func (s *fakeStream) flushed() uint64 {
	if len(s.spans) == 0 {
		return 0
	}
	return s.spans[len(s.spans)-1].to
}

func (g *fakeGroup) append(name stream.Name, data []byte) {
	g.mu.Lock()
	s := g.streams[name]
	if s == nil {
		g.lastID++
		s = &fakeStream{id: g.lastID}
		g.streams[name] = s
	}
	s.data = append(s.data, data...)
	s.ends = append(s.ends, uint64(len(s.data)))
	g.mu.Unlock()
	g.budget.Add(int64(len(data)))
}

func (g *fakeGroup) delete(name stream.Name) {
	g.mu.Lock()
	s := g.streams[name]
	delete(g.streams, name)
	for _, span := range s.spans {
		if g.objects[span.object]--; g.objects[span.object] == 0 {
			delete(g.objects, span.object)
			g.garbage = append(g.garbage, span.object)
		}
	}
	held := int64(len(s.data)) - int64(s.start)
	g.mu.Unlock()
	g.budget.Add(-held)
}

func (g *fakeGroup) lead(leads bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.leads = leads
	if leads {
		g.term++
		g.serial = 0
	}
}

func (g *fakeGroup) ID() uint32 { return g.id }

func (g *fakeGroup) Leads() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.leads
}

func (g *fakeGroup) Shed(limit int64) int64 {
	g.mu.Lock()
	freed := int64(0)
	for _, s := range g.streams {
		n := min(int64(s.flushed()-s.start), limit-freed)
		s.start += uint64(n)
		freed += n
	}
	g.mu.Unlock()
	g.budget.Add(-freed)
	return freed
}

func (g *fakeGroup) Unflushed() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := int64(0)
	for _, s := range g.streams {
		n += int64(len(s.data)) - int64(s.flushed())
	}
	return n
}

func (g *fakeGroup) Candidates(limit int64) []cold.Chunk {
	g.mu.Lock()
	defer g.mu.Unlock()
	var chunks []cold.Chunk
	for _, name := range slices.SortedFunc(maps.Keys(g.streams), g.byUnflushed) {
		s := g.streams[name]
		from := s.flushed()
		to := min(uint64(len(s.data)), from+uint64(limit))
		if to == from {
			break
		}
		limit -= int64(to - from)
		chunks = append(chunks, cold.Chunk{
			Name: name, ID: s.id, From: from, To: to,
			Parts: [][]byte{s.data[from:to:to]}, Ends: s.endsWithin(from, to),
		})
	}
	return chunks
}

func (g *fakeGroup) byUnflushed(a, b stream.Name) int {
	size := func(name stream.Name) int {
		s := g.streams[name]
		return len(s.data) - int(s.flushed())
	}
	return size(b) - size(a)
}

func (s *fakeStream) endsWithin(from, to uint64) []uint64 {
	return slices.DeleteFunc(slices.Clone(s.ends), func(end uint64) bool { return end <= from || end > to })
}

func (g *fakeGroup) NextObject() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.serial++
	return g.term<<32 | g.serial
}

func (g *fakeGroup) Commit(_ context.Context, f stream.Flush) error {
	applied, err := g.outcome(f)
	if applied {
		g.apply(f)
	}
	return err
}

func (g *fakeGroup) apply(f stream.Flush) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range f.Ranges {
		s := g.streams[r.Name]
		if s == nil || s.id != r.ID || s.flushed() != r.From {
			continue
		}
		s.spans = append(s.spans, fakeSpan{r.From, r.To, f.Object, r.Offset})
		g.objects[f.Object]++
	}
	if g.objects[f.Object] == 0 {
		g.garbage = append(g.garbage, f.Object)
	}
}

func (g *fakeGroup) Garbage() []uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.garbage)
}

func (g *fakeGroup) Sweep(_ context.Context, objects []uint64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.garbage = slices.DeleteFunc(g.garbage, func(o uint64) bool { return slices.Contains(objects, o) })
	g.swept += len(objects)
	return nil
}

func (g *fakeGroup) Abandoned(object uint64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.leads && object>>32 < g.term && g.objects[object] == 0 && !slices.Contains(g.garbage, object)
}
