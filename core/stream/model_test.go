package stream

import (
	"bytes"
	"errors"
	"maps"
	"slices"
)

// model is a group of streams in the plainest form that could be right: every
// stream has all of its bytes, forks copy what they inherit, and nothing is
// cold.
type model struct {
	streams map[Name]*modelStream
	lastID  uint64
	owed    map[string]*modelStream // references to give back, by token
}

type modelStream struct {
	id        uint64
	data      []byte
	closed    bool
	hidden    bool
	ttl       int64 // milliseconds with the grace; -1 is none
	touched   int64
	seq       string
	producers map[string]Producer
	refs      map[string]bool
	source    *modelStream
	ref       string
	name      Name
}

func newModel() *model {
	return &model{streams: map[Name]*modelStream{}, owed: map[string]*modelStream{}}
}

// find answers as a client would be answered.
func (m *model) find(name Name, now int64) (*modelStream, error) {
	s := m.streams[name]
	switch {
	case s == nil:
		return nil, ErrNotFound
	case s.hidden, s.over(now) && len(s.refs) > 0:
		return nil, ErrGone
	case s.over(now):
		return nil, ErrNotFound
	}
	return s, nil
}

// use is find for a command: what it finds over is over for good.
func (m *model) use(name Name, now int64) (*modelStream, error) {
	s, err := m.find(name, now)
	if over := m.streams[name]; err != nil && over != nil && !over.hidden {
		m.retire(over)
	}
	return s, err
}

func (s *modelStream) over(now int64) bool { return s.ttl >= 0 && now >= s.touched+s.ttl }

func (m *model) create(c *Command) (*modelStream, error) {
	if s := m.streams[c.Name]; s != nil {
		switch {
		case s.hidden, s.over(c.Now) && len(s.refs) > 0:
			s.hidden = true
			return nil, ErrExists
		case !s.over(c.Now):
			if s.closed != c.Close || s.ttl != graceful(c.Lifetime) || (s.source != nil) != (c.Fork != nil) {
				return nil, ErrExists
			}
			return s, nil
		}
		m.remove(s)
	}
	m.lastID++
	s := &modelStream{
		id: m.lastID, name: c.Name, data: bytes.Clone(c.Data), closed: c.Close, touched: c.Now,
		ttl: graceful(c.Lifetime), producers: map[string]Producer{}, refs: map[string]bool{},
	}
	m.streams[c.Name] = s
	return s, nil
}

func graceful(l Lifetime) int64 {
	if l.TTL < 0 {
		return -1
	}
	return l.TTL*1000 + l.TTL*1000/slackShare
}

// attach makes s a fork. The source has agreed.
func (m *model) attach(s, source *modelStream, f *Fork) {
	s.data = append(bytes.Clone(source.data[:f.At]), s.data...)
	s.source, s.ref = source, f.Ref
	source.refs[f.Ref] = true
}

func (m *model) append(c *Command) (duplicate bool, err error) {
	s, err := m.use(c.Name, c.Now)
	if err != nil {
		return false, err
	}
	p, known := s.producers[c.Producer.ID]
	if c.Producer.ID != "" {
		duplicate, err = judge(p, known, c.Producer)
	}
	switch {
	case duplicate:
		s.touched = max(s.touched, c.Now)
		return true, nil
	case errors.Is(err, ErrStaleEpoch):
		return false, err
	case s.closed && c.Producer.ID == "" && c.Close && len(c.Data) == 0:
		s.touched = max(s.touched, c.Now)
		return false, nil
	case s.closed:
		return false, ErrClosed
	case err != nil:
		return false, err
	case c.Seq != "" && c.Seq <= s.seq:
		return false, ErrSequence
	}
	s.accept(c)
	return false, nil
}

func judge(p Producer, known bool, t Producer) (duplicate bool, err error) {
	switch {
	case known && t.Epoch < p.Epoch:
		return false, ErrStaleEpoch
	case known && t.Epoch == p.Epoch && t.Seq <= p.Seq:
		return true, nil
	case known && t.Epoch == p.Epoch && t.Seq > p.Seq+1, !known && t.Seq > 0:
		return false, ErrSequenceGap
	case known && t.Epoch > p.Epoch && t.Seq > 0:
		return false, ErrEpochStart
	}
	return false, nil
}

func (s *modelStream) accept(c *Command) {
	s.data = append(s.data, c.Data...)
	s.closed = s.closed || c.Close
	s.touched = max(s.touched, c.Now)
	if c.Seq != "" {
		s.seq = c.Seq
	}
	if c.Producer.ID != "" {
		s.producers[c.Producer.ID] = c.Producer
	}
}

// retire ends a stream's public life.
func (m *model) retire(s *modelStream) {
	if len(s.refs) == 0 {
		m.remove(s)
		return
	}
	s.hidden = true
}

func (m *model) remove(s *modelStream) {
	delete(m.streams, s.name)
	if s.source != nil {
		m.owed[s.ref] = s.source
	}
}

// giveBack returns one owed reference.
func (m *model) giveBack(ref string) {
	source := m.owed[ref]
	delete(m.owed, ref)
	delete(source.refs, ref)
	if source.hidden && len(source.refs) == 0 {
		m.remove(source)
	}
}

func (m *model) names() []Name { return slices.Sorted(maps.Keys(m.streams)) }
