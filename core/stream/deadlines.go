package stream

import "container/heap"

// deadlines is a heap of times at which a stream may have expired. An entry can
// be early, never late: renewals only move a stream's true deadline onward.
type deadlines struct{ lazyQueue[deadline] }

type deadline struct {
	at   int64
	name Name
	id   uint64
}

// watch adds a stream that can expire.
func (d *deadlines) watch(s *state) {
	if at, ok := s.deadline(); ok {
		heap.Push(d, deadline{at, s.name, s.id})
	}
}

// unwatch notes that a stream left public life. Its entry stays until it is
// popped or the dead are swept.
func (d *deadlines) unwatch(m *Machine, s *state) {
	if _, ok := s.deadline(); !ok {
		return
	}
	if d.died(1, func(e deadline) bool { return m.expires(e) != nil }) {
		heap.Init(d)
	}
}

// expires returns the public stream that a deadline is about, nil when it is
// gone.
func (m *Machine) expires(e deadline) *state {
	if s, ok := m.incarnation(e.name, e.id); ok && !s.deleted {
		return s
	}
	return nil
}

// Len implements heap.Interface.
func (d *deadlines) Len() int { return len(d.entries) }

// Less implements heap.Interface.
func (d *deadlines) Less(i, j int) bool { return d.entries[i].at < d.entries[j].at }

// Swap implements heap.Interface.
func (d *deadlines) Swap(i, j int) {
	d.entries[i], d.entries[j] = d.entries[j], d.entries[i]
}

// Push implements heap.Interface.
func (d *deadlines) Push(x any) { d.push(x.(deadline)) }

// Pop implements heap.Interface.
func (d *deadlines) Pop() any {
	n := len(d.entries) - 1
	last := d.entries[n]
	d.entries = d.entries[:n]
	return last
}
