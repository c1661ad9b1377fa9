package stream

import "slices"

// Usage is what a group holds.
type Usage struct {
	Streams   int
	Memory    int64 // bytes of ring memory
	Unflushed int64 // bytes that only rings hold
	Objects   int
	ColdBytes int64 // bytes of the objects that the state refers to
}

// Usage sums up what the group holds.
func (m *Machine) Usage() Usage {
	u := Usage{
		Streams:   m.streams.Len(),
		Memory:    m.local.memory,
		Unflushed: m.local.unflushed,
		Objects:   m.objects.Len(),
	}
	m.objects.Scan(func(_ uint64, o object) bool {
		u.ColdBytes += o.size
		return true
	})
	return u
}

// Memory is how many bytes the rings occupy.
func (m *Machine) Memory() int64 { return m.local.memory }

// Unflushed is how many bytes only the rings hold.
func (m *Machine) Unflushed() int64 { return m.local.unflushed }

// LastObject is the greatest object number that the state has seen.
func (m *Machine) LastObject() uint64 { return m.lastObject }

// Objects returns the numbers of the objects that reads may need, in order.
func (m *Machine) Objects() []uint64 { return m.objects.Keys() }

// KnowsObject reports whether the state refers to an object, be it as garbage.
func (m *Machine) KnowsObject(id uint64) bool {
	_, ok := m.objects.Get(id)
	return ok || slices.Contains(m.garbage, id)
}

// Garbage returns the objects that nothing in the state reaches any more.
func (m *Machine) Garbage() []uint64 { return slices.Clone(m.garbage) }

// FlushCandidate is a range that should move to the cold store. Parts and Ends
// stay valid and unchanged.
type FlushCandidate struct {
	Name  Name
	ID    uint64
	From  uint64
	To    uint64
	Parts [][]byte
	Ends  []uint64 // where appends ended, in (From, To]
}

// FlushCandidates picks unflushed ranges of about limit bytes together, from
// the streams that have waited longest.
func (m *Machine) FlushCandidates(limit int64) []FlushCandidate {
	var picked []FlushCandidate
	for _, d := range m.local.dirty.entries {
		if limit <= 0 {
			break
		}
		if !m.isDirty(d) {
			continue
		}
		s, _ := m.streams.Get(d.name)
		from := s.flushed()
		to := min(s.tail, from+uint64(limit))
		picked = append(picked, FlushCandidate{
			Name: s.name, ID: s.id, From: from, To: to,
			Parts: s.hot.Slice(nil, from, to), Ends: s.hot.Ends(nil, from, to),
		})
		limit -= int64(to - from)
	}
	return picked
}
