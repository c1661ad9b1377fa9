package stream

import "strings"

// append adds data, closes, or does both (PROTOCOL.md 5.2, 5.3). Precedence:
// missing, duplicate of an accepted append, stale producer, closed, content
// type, producer sequence, Stream-Seq.
func (m *Machine) append(c *Command, events []Event) (Result, []Event) {
	s, err := m.writable(c.Name, c.Now)
	if err != nil {
		return Result{Err: err}, events
	}
	p, r, done := m.admit(s, c)
	if done {
		if r.Err == nil { // who repeats an append uses the stream as well
			s.touched = max(s.touched, c.Now)
		}
		return r, events
	}
	from := s.tail
	var stored []byte
	if len(c.Data) > 0 {
		stored = m.store(s, c.Data)
	}
	s.touched = max(s.touched, c.Now)
	if c.Seq != "" {
		s.seq = strings.Clone(c.Seq)
	}
	s.closed = s.closed || c.Close
	r = Result{Next: s.tail, Closed: s.closed}
	if p != nil {
		p.accept(c.Producer, s.tail, c.Now)
		r.Producer = p.tuple()
	}
	return r, append(events, Event{
		Name: s.name, ID: s.id, From: from, To: s.tail, Data: stored, Closed: s.closed,
	})
}

// admit decides whether an append may go on. It changes nothing but the
// producer table, which it makes room in; p is the entry to fill.
func (m *Machine) admit(s *state, c *Command) (p *producer, r Result, done bool) {
	refuse := func(err error) (*producer, Result, bool) {
		return nil, Result{Err: err, Next: s.tail, Closed: s.closed}, true
	}
	if c.Producer.ID != "" {
		p = s.producer(c.Producer.ID)
		switch verdict, err := p.check(c.Producer); {
		case verdict == duplicate:
			return nil, s.repeated(p), true
		case verdict == stale:
			return refuse(err)
		case s.closed:
			return refuse(ErrClosed)
		case len(c.Data) > 0 && !sameMedia(s.contentType, c.ContentType):
			return refuse(ErrContentType)
		case err != nil:
			return refuse(err)
		}
	}
	switch {
	case s.closed && c.Close && len(c.Data) == 0:
		return nil, Result{Next: s.tail, Closed: true}, true
	case s.closed:
		return refuse(ErrClosed)
	case len(c.Data) > 0 && !sameMedia(s.contentType, c.ContentType):
		return refuse(ErrContentType)
	case c.Seq != "" && c.Seq <= s.seq:
		return refuse(ErrSequence)
	case s.tail+uint64(len(c.Data)) > MaxOffset:
		return refuse(ErrFull)
	}
	if c.Producer.ID != "" && p == nil {
		if p = s.addProducer(c); p == nil {
			return refuse(ErrTooManyProducers)
		}
	}
	return p, Result{}, false
}

// repeated answers a duplicate with what the first one was told, as far as it
// is still known: the highest accepted sequence and its offset.
func (s *state) repeated(p *producer) Result {
	return Result{
		Duplicate: true,
		Next:      p.next,
		Closed:    s.closed,
		Producer:  p.tuple(),
	}
}
