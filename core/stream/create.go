package stream

import "strings"

// DefaultContentType is what a stream gets when its creator names none.
const DefaultContentType = "application/octet-stream"

// create makes a stream, or confirms one that has the same configuration
// (PROTOCOL.md 5.1). A fork begins as pending: it becomes visible once its
// source, which may live in another group, has granted the reference.
func (m *Machine) create(c *Command, events []Event) (Result, []Event) {
	if s, ok := m.streams.Get(c.Name); ok {
		if !s.expired(c.Now) || len(s.refs) > 0 || s.deleted {
			return confirm(s, c), events
		}
		m.remove(s)
		events = append(events, goneEvent(s))
	}
	if c.Fork != nil && c.Fork.At > MaxOffset-uint64(len(c.Data)) {
		return Result{Err: ErrFull}, events
	}
	s := m.newState(c)
	m.add(s)
	var stored []byte
	if len(c.Data) > 0 {
		stored = m.store(s, c.Data)
	}
	r := Result{Created: true, Next: s.tail, Closed: s.closed}
	if c.Fork != nil {
		s.pending = true
		m.pending.Set(s.name, struct{}{})
		r.Pending = s.fork
	} else {
		events = append(events, bornEvent(s, stored))
	}
	r.Info = s.described()
	return r, events
}

func (m *Machine) newState(c *Command) *state {
	m.lastStream++
	s := &state{
		generation:  m.generation,
		name:        Name(strings.Clone(string(c.Name))),
		id:          m.lastStream,
		contentType: m.local.intern(c.ContentType),
		closed:      c.Close,
		created:     c.Now,
		touched:     c.Now,
		lifetime:    c.Lifetime,
		fork:        c.Fork.clone(),
	}
	if s.contentType == "" {
		s.contentType = DefaultContentType
	}
	s.json = IsJSON(s.contentType)
	if c.Fork != nil {
		s.base, s.tail = c.Fork.At, c.Fork.At
	}
	s.hot.Reset(s.base)
	return s
}

// confirm answers a create for a name that is taken.
func confirm(s *state, c *Command) Result {
	switch {
	case s.pending:
		return Result{Err: ErrPending, Pending: s.fork}
	case s.deleted, s.expired(c.Now), !sameConfiguration(s, c):
		return Result{Err: ErrExists}
	}
	return Result{Next: s.tail, Closed: s.closed, Info: s.described()}
}

func sameConfiguration(s *state, c *Command) bool {
	return sameType(s, c) && s.closed == c.Close && sameFork(s.fork, c.Fork) &&
		(s.lifetime == c.Lifetime || c.Fork != nil && c.Fork.Inherits)
}

// sameType compares content types. A fork may leave its own out.
func sameType(s *state, c *Command) bool {
	switch {
	case c.ContentType != "":
		return sameMedia(s.contentType, c.ContentType)
	case c.Fork != nil:
		return true
	}
	return sameMedia(s.contentType, DefaultContentType)
}

// sameFork compares what was asked for. Source incarnation, resolved position
// and reference token are the server's own.
func sameFork(kept, asked *Fork) bool {
	if kept == nil || asked == nil {
		return kept == asked
	}
	return kept.Source == asked.Source && kept.Sub == asked.Sub && kept.Inherits == asked.Inherits &&
		(asked.Requested == CurrentTail || asked.Requested == kept.offset())
}

// store appends data to the ring and moves the tail.
func (m *Machine) store(s *state, data []byte) []byte {
	before := s.hot.Size()
	stored := s.hot.Append(data)
	s.tail += uint64(len(data))
	m.local.grew(s, len(data), s.hot.Size()-before)
	return stored
}

// bornEvent tells of a new stream; data is what it began with, if that is still
// at hand.
func bornEvent(s *state, data []byte) Event {
	return Event{Name: s.name, ID: s.id, From: s.base, To: s.tail, Data: data, Closed: s.closed}
}

func goneEvent(s *state) Event {
	return Event{Name: s.name, ID: s.id, From: s.tail, To: s.tail, Gone: true}
}
