package stream

// delete removes a stream; while forks refer to it, it is only hidden
// (PROTOCOL.md 5.4).
func (m *Machine) delete(c *Command, events []Event) (Result, []Event) {
	s, err := m.writable(c.Name, c.Now)
	if err != nil {
		return Result{Err: err}, events
	}
	m.retire(s)
	return Result{}, append(events, goneEvent(s))
}

// expire reclaims a stream whose lifetime is over. The proposer only guessed;
// the rule decides.
func (m *Machine) expire(c *Command, events []Event) (Result, []Event) {
	s, ok := m.streams.Get(c.Name)
	if !ok || s.deleted || s.pending || !s.expired(c.Now) {
		return Result{}, events
	}
	m.retire(m.own(s))
	return Result{}, append(events, goneEvent(s))
}

// retire ends a stream's public life, and its life when nobody reads it any
// more.
func (m *Machine) retire(s *state) {
	switch {
	case len(s.refs) == 0:
		m.remove(s)
	case !s.deleted:
		s.deleted = true
		m.local.deadlines.unwatch(m, s)
	}
}

// touch renews a sliding lifetime because of a read.
func (m *Machine) touch(c *Command) Result {
	s, err := m.writable(c.Name, c.Now)
	if err != nil {
		return Result{Err: err}
	}
	s.touched = max(s.touched, c.Now)
	return Result{}
}
