package stream

import (
	"slices"

	"ursula/core/ring"
)

// state is everything that a group knows about one stream.
//
// A state belongs to the generation in which it was made or copied. Apply may
// change one of the machine's current generation in place; an older one is
// shared with a snapshot and is copied first (Machine.own).
type state struct {
	generation uint64

	name        Name
	id          uint64
	contentType string
	json        bool
	closed      bool
	deleted     bool // soft-deleted: only forks read it
	pending     bool // a fork that waits for its source

	base     uint64 // first own byte: 0, or where the fork diverges
	tail     uint64
	hot      ring.Buffer
	cold     []coldRange // [base, flushed), adjacent and ascending
	created  int64
	touched  int64
	lifetime Lifetime

	seq       string
	producers []producer

	fork *Fork
	refs []string // forks that read this stream, by reference token

	ticket uint64 // place in the local queue of dirty streams; 0 = none, never replicated
}

// coldRange is a flushed range. Ranges are adjacent: each begins where the one
// before it ends, the first at base.
type coldRange struct {
	to     uint64
	object uint64
	offset uint64
}

// producer is what a stream remembers of one idempotent producer.
type producer struct {
	id    string
	epoch uint64
	seq   uint64
	next  uint64 // tail after its last accepted append
	used  int64  // Unix milliseconds of that append
}

// clone copies what Apply changes in place.
func (s *state) clone(generation uint64) *state {
	c := *s
	c.generation = generation
	c.hot = s.hot.Clone()
	c.producers = slices.Clone(s.producers)
	c.refs = slices.Clone(s.refs)
	c.cold = slices.Clip(s.cold)
	return &c
}

// flushed is the offset up to which the stream's own bytes lie in the cold store.
func (s *state) flushed() uint64 {
	if len(s.cold) == 0 {
		return s.base
	}
	return s.cold[len(s.cold)-1].to
}

// unflushed is how many bytes only the ring holds.
func (s *state) unflushed() int64 { return int64(s.tail - s.flushed()) }

// slackShare is the part of a TTL that a stream outlives it by: renewals by
// reads are replicated at most once in that part of the TTL, so an unrecorded
// one can be this much younger than the recorded one. Late is safe, early is
// not.
const slackShare = 8

// deadline is when the stream expires, in Unix milliseconds; ok is false when
// it never does.
func (s *state) deadline() (at int64, ok bool) {
	switch l := s.lifetime; {
	case l.ExpiresAt != 0:
		return l.ExpiresAt, true
	case l.TTL >= 0:
		return s.touched + l.idle() + l.Slack(), true
	}
	return 0, false
}

func (s *state) expired(now int64) bool {
	at, ok := s.deadline()
	return ok && now >= at
}

// readable says whether clients may use the stream at now.
func (s *state) readable(now int64) error {
	switch {
	case s.deleted:
		return ErrGone
	case s.pending:
		return ErrNotFound
	case s.expired(now):
		if len(s.refs) > 0 {
			return ErrGone
		}
		return ErrNotFound
	}
	return nil
}

// described is info where it is kept.
func (s *state) described() *Info {
	info := s.info()
	return &info
}

func (s *state) info() Info {
	return Info{
		Name: s.name, ID: s.id, ContentType: s.contentType, JSON: s.json,
		Base: s.base, Tail: s.tail, Closed: s.closed, Created: s.created,
		Lifetime: s.lifetime, Fork: s.fork,
	}
}
