package linear

import (
	"math"
	"time"

	"github.com/anishathalye/porcupine"
)

// never is later than every moment of a history.
const never = time.Duration(math.MaxInt64)

// story is one stream's part of a history.
type story struct {
	stream string
	ops    []*Op
	single bool // nobody ever asked to delete the stream, so it has one life
	tails  []*Tail
	finals []*Final
}

// stories splits a history by streams, in the order in which they first appear.
func stories(h *History) []*story {
	byName := map[string]*story{}
	var all []*story
	of := func(stream string) *story {
		if byName[stream] == nil {
			byName[stream] = &story{stream: stream, single: true}
			all = append(all, byName[stream])
		}
		return byName[stream]
	}
	for i := range h.Ops {
		s := of(h.Ops[i].Stream)
		s.ops = append(s.ops, &h.Ops[i])
		s.single = s.single && h.Ops[i].Kind != Delete
	}
	for i := range h.Tails {
		s := of(h.Tails[i].Stream)
		s.tails = append(s.tails, &h.Tails[i])
	}
	for i := range h.Finals {
		s := of(h.Finals[i].Stream)
		if h.Finals[i].Present || s.lifetime() == 0 { // it may expire between two answers
			s.finals = append(s.finals, &h.Finals[i])
		}
	}
	return all
}

// operations is the story as the search wants it. What had no effect and tells
// nothing is left out. An operation of unknown outcome stays open to the end, unless
// the story shows that it took effect, or became without effect, before some moment:
// each open operation can double the search.
func (s *story) operations() []porcupine.Operation {
	ends, places := s.ends(), s.places()
	var list []porcupine.Operation
	add := func(m *move, end time.Duration) {
		list = append(list, porcupine.Operation{
			ClientId: m.Client, Input: m, Call: int64(m.Invoked), Return: int64(end),
		})
	}
	for _, o := range s.ops {
		if o.Outcome != Refused && o.Outcome != Unknown {
			add(newMove(o), o.Returned)
		}
	}
	for _, o := range s.open() {
		end := s.end(o, ends)
		if s.matters(o, end) {
			m := newMove(o)
			m.end = places[o.Token]
			add(m, end)
		}
	}
	return list
}
