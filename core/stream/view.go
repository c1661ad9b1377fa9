package stream

// The methods in this file only read; they may run concurrently with each other
// but not with Apply. What they return stays valid afterwards.

// Stat describes a stream as clients see it at now (Unix milliseconds). It
// returns ErrNotFound or ErrGone.
func (m *Machine) Stat(name Name, now int64) (Info, error) {
	s, ok := m.streams.Get(name)
	if !ok {
		return Info{}, ErrNotFound
	}
	if err := s.readable(now); err != nil {
		return Info{}, err
	}
	return s.info(), nil
}

// Lapsed reports whether a stream is refused at now only because its lifetime is
// over. A command with an earlier time would still find it, so whoever tells
// somebody that it is gone has to expire it first.
func (m *Machine) Lapsed(name Name, now int64) bool {
	s, ok := m.streams.Get(name)
	return ok && !s.deleted && !s.pending && s.expired(now)
}

// NeedsTouch reports whether a read at now should renew the stream's lifetime.
// It is true at most slackShare times per TTL.
func (m *Machine) NeedsTouch(name Name, now int64) bool {
	s, ok := m.streams.Get(name)
	if !ok || s.lifetime.TTL < 0 || s.lifetime.ExpiresAt != 0 {
		return false
	}
	return now-s.touched >= s.lifetime.Slack()
}

// ReadPlan plans a read of up to limit bytes from offset from, which must not
// be beyond the tail. It returns ErrNotFound, ErrGone or ErrBeyondTail; with the
// last, Info is set.
func (m *Machine) ReadPlan(name Name, now int64, from uint64, limit int) (Plan, error) {
	s, ok := m.streams.Get(name)
	if !ok {
		return Plan{}, ErrNotFound
	}
	if err := s.readable(now); err != nil {
		return Plan{}, err
	}
	return s.plan(from, s.tail, limit)
}

// InheritedPlan plans a read of [from, to) of one incarnation of a stream on
// behalf of a fork, whatever has become of its public life.
func (m *Machine) InheritedPlan(name Name, id, from, to uint64) (Plan, error) {
	s, ok := m.incarnation(name, id)
	if !ok {
		return Plan{}, ErrNotFound
	}
	return s.plan(from, min(to, s.tail), int(to-from))
}

func (s *state) plan(from, to uint64, limit int) (Plan, error) {
	p := Plan{Info: s.info(), From: from, To: from}
	if from > s.tail {
		return p, ErrBeyondTail
	}
	to = min(to, from+uint64(limit))
	if from < s.base && from < to {
		end := min(to, s.base)
		p.add(Span{From: from, To: end, Inherited: s.fork})
	}
	s.planCold(&p, min(to, s.hot.Start()))
	if p.To < to {
		p.add(Span{From: p.To, To: to, Hot: s.hot.Slice(nil, p.To, to)})
	}
	return p, nil
}

// planCold adds the flushed ranges from p.To up to end.
func (s *state) planCold(p *Plan, end uint64) {
	start := s.base
	for _, r := range s.cold {
		if p.To < r.to && p.To < end {
			to := min(r.to, end)
			p.add(Span{From: p.To, To: to, Cold: &Cold{Object: r.object, Offset: r.offset + p.To - start}})
		}
		start = r.to
	}
}

func (p *Plan) add(s Span) {
	p.Spans = append(p.Spans, s)
	p.To = s.To
}

// RecordEnds returns the offsets in (from, to] at which appends ended, as far
// as the ring still holds them.
func (m *Machine) RecordEnds(name Name, id, from, to uint64) []uint64 {
	s, ok := m.incarnation(name, id)
	if !ok {
		return nil
	}
	return s.hot.Ends(nil, from, to)
}

// Each calls fn with every stream that clients can see at now, in the order of
// names from first on, until fn returns false.
func (m *Machine) Each(first Name, now int64, fn func(Info) bool) {
	m.streams.Ascend(first, func(_ Name, s *state) bool {
		return s.readable(now) != nil || fn(s.info())
	})
}

// PendingForks returns the forks that wait for their source, by name.
func (m *Machine) PendingForks() map[Name]*Fork {
	forks := make(map[Name]*Fork, m.pending.Len())
	m.pending.Scan(func(name Name, _ struct{}) bool {
		if s, ok := m.streams.Get(name); ok {
			forks[name] = s.fork
		}
		return true
	})
	return forks
}

// Releases returns the outbox: references that are to be given back.
func (m *Machine) Releases() map[uint64]*Fork {
	releases := make(map[uint64]*Fork, m.outbox.Len())
	m.outbox.Scan(func(id uint64, f *Fork) bool {
		releases[id] = f
		return true
	})
	return releases
}

// Unsettled reports whether a fork or a release waits for somebody to drive it.
func (m *Machine) Unsettled() bool { return m.pending.Len() > 0 || m.outbox.Len() > 0 }

// Owes reports whether references have to be given back.
func (m *Machine) Owes() bool { return m.outbox.Len() > 0 }
