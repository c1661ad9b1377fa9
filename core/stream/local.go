package stream

import "strings"

// local is what a replica derives from the replicated state for its own use:
// accounting, queues of work and caches. It differs between replicas without
// harm, is not in snapshots, and is rebuilt on restore.
type local struct {
	memory     int64 // bytes of ring memory
	unflushed  int64 // bytes that only rings hold
	dirty      lazyQueue[dirtyStream]
	cached     lazyQueue[cachedRange]
	deadlines  deadlines
	types      map[string]string
	lastTicket uint64
	forgetful  bool // flushed bytes leave memory at once
}

// dirtyStream queues a stream with unflushed bytes. It is alive while the
// stream holds its ticket.
type dirtyStream struct {
	name   Name
	ticket uint64
}

// cachedRange queues flushed bytes that a ring still holds, from wherever the
// ring starts up to an offset.
type cachedRange struct {
	name Name
	id   uint64
	to   uint64
}

// maxInterned bounds the content types that are kept once for all streams.
const maxInterned = 256

func (l *local) intern(s string) string {
	if kept, ok := l.types[s]; ok {
		return kept
	}
	s = strings.Clone(s)
	if l.types == nil {
		l.types = make(map[string]string)
	}
	if len(l.types) < maxInterned {
		l.types[s] = s
	}
	return s
}

// grew accounts for data bytes appended to a stream's ring.
func (l *local) grew(s *state, data, memory int) {
	l.memory += int64(memory)
	l.unflushed += int64(data)
	if s.ticket == 0 {
		l.lastTicket++
		s.ticket = l.lastTicket
		l.dirty.push(dirtyStream{s.name, s.ticket})
	}
}

// flushed accounts for n bytes of a stream that the cold store took over.
func (l *local) flushed(m *Machine, s *state, n int64) {
	l.unflushed -= n
	l.cached.push(cachedRange{s.name, s.id, s.flushed()})
	if s.unflushed() == 0 {
		s.ticket = 0
		l.dirty.died(1, m.isDirty)
	}
}

// forget accounts for the end of a stream that is no longer in the state.
func (l *local) forget(m *Machine, s *state) {
	l.memory -= int64(s.hot.Size())
	l.unflushed -= s.unflushed()
	if s.ticket != 0 {
		l.dirty.died(1, m.isDirty)
	}
	if n := s.cachedRanges(); n > 0 {
		l.cached.died(n, m.isCached)
	}
	if !s.deleted {
		l.deadlines.unwatch(m, s)
	}
}

func (m *Machine) isDirty(d dirtyStream) bool {
	s, ok := m.streams.Get(d.name)
	return ok && s.ticket == d.ticket
}

func (m *Machine) isCached(c cachedRange) bool {
	s, ok := m.incarnation(c.name, c.id)
	return ok && s.hot.Start() < c.to
}

// cachedRanges is how many entries of the cached queue are about s.
func (s *state) cachedRanges() (n int) {
	for i := len(s.cold) - 1; i >= 0 && s.cold[i].to > s.hot.Start(); i-- {
		n++
	}
	return n
}

// rebuild derives everything anew from the replicated state.
func (l *local) rebuild(m *Machine) {
	*l = local{types: l.types}
	m.streams.Scan(func(_ Name, s *state) bool {
		l.memory += int64(s.hot.Size())
		if n := s.unflushed(); n > 0 {
			l.grew(s, int(n), 0)
		}
		if !s.deleted {
			l.deadlines.watch(s)
		}
		return true
	})
}
