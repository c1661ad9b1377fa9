package linear

import (
	"hash/fnv"
	"strconv"

	"github.com/anishathalye/porcupine"
)

// state is one stream of the model. It is compared with ==, so it holds a digest in
// the place of the content.
type state struct {
	present bool
	mortal  bool // it has a lifetime
	closed  bool
	tail    int64
	digest  uint64
	next    [MaxProducers + 1]int32 // each producer's next number
}

// move is an operation as the search sees it. The search looks at it many times, so
// what its content comes to is worked out before.
type move struct {
	*Op
	content uint64 // digest of Content, or of what a creation inherits
	end     int64  // of an append without an answer: where it ends, if it is known to be there
}

func newMove(o *Op) *move {
	if o.Kind == Create {
		return &move{Op: o, content: digest(o.Inherits)}
	}
	return &move{Op: o, content: digest(o.Content)}
}

// model explains one stream's operations one after the other.
func model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return state{} },
		Step: func(s, input, _ any) (bool, any) {
			ok, next := s.(state).step(input.(*move))
			return ok, next
		},
		Hash:              func(s any) uint64 { return s.(state).hash() },
		DescribeOperation: func(input, _ any) string { return input.(*move).String() },
	}
}

func (s state) hash() uint64 { return s.digest*31 + uint64(s.tail) }

// step says whether the answer is the one that a stream in this state gives, and
// what becomes of the stream. An operation of unknown outcome takes effect if it
// can: placed after all others it is one that never did. Who finds a mortal stream
// absent finds it expired, and so does everybody after him. Mortal streams are made
// once.
func (s state) step(o *move) (bool, state) {
	switch {
	case o.Outcome == Unknown:
		return true, s.attempt(o)
	case o.Outcome == Absent:
		return !s.present || s.mortal, state{}
	case o.Kind == Create:
		return s.create(o)
	case !s.present:
		return false, s
	case o.Kind == Append:
		return s.append(o)
	case o.Kind == Close:
		s.closed = true
		return s.tail == o.Tail, s
	case o.Kind == Delete:
		return true, state{}
	case o.Kind == Head:
		return s.tail == o.Tail && s.closed == o.Closed, s
	}
	return s.tail == o.Tail && s.closed == o.Closed && s.digest == o.content, s
}

func (s state) attempt(o *move) state {
	switch {
	case o.Kind == Create && !s.present:
		return born(o)
	case !s.present:
		return s
	case o.Kind == Append && s.takes(o.Op) && (o.end == 0 || o.end == s.tail+int64(o.Size)):
		return s.appended(o.Op)
	case o.Kind == Close:
		s.closed = true
	case o.Kind == Delete:
		return state{}
	}
	return s
}

func (s state) create(o *move) (bool, state) {
	switch o.Outcome {
	case OK:
		return !s.present && o.Tail == o.Base, born(o)
	case Repeated:
		return s.present && !s.closed && s.tail == o.Tail, s
	}
	return s.present, s
}

func born(o *move) state {
	return state{present: true, mortal: o.TTL > 0, tail: o.Base, digest: o.content}
}

func (s state) append(o *move) (bool, state) {
	switch o.Outcome {
	case OK:
		next := s.appended(o.Op)
		return s.takes(o.Op) && next.tail == o.Tail, next
	case Repeated:
		return s.repeat(o.Op)
	case Shut:
		return s.closed && !s.knows(o.Op), s
	}
	return !s.closed && o.Producer > 0 && int32(o.Seq) > s.next[o.Producer], s
}

// repeat is a duplicate, or an append that the server itself had to repeat on its way
// to the leader: then it happened just now, and is told to be a duplicate of itself.
func (s state) repeat(o *Op) (bool, state) {
	if s.knows(o) {
		return true, s
	}
	next := s.appended(o)
	return s.takes(o) && next.tail == o.Tail, next
}

// takes says that the append would succeed and add its bytes.
func (s state) takes(o *Op) bool {
	return !s.closed && (o.Producer == 0 || s.next[o.Producer] == int32(o.Seq))
}

// knows says that the append is a duplicate.
func (s state) knows(o *Op) bool { return o.Producer > 0 && int32(o.Seq) < s.next[o.Producer] }

func (s state) appended(o *Op) state {
	s.tail += int64(o.Size)
	s.digest = chain(s.digest, o.Token)
	if o.Producer > 0 {
		s.next[o.Producer] = int32(o.Seq) + 1
	}
	return s
}

// digest stands for a sequence of tokens.
func digest(tokens []Token) uint64 {
	var d uint64
	for _, token := range tokens {
		d = chain(d, token)
	}
	return d
}

func chain(d uint64, token Token) uint64 {
	hash := fnv.New64a()
	text := strconv.AppendUint(make([]byte, 0, 40), d, 16)
	text = strconv.AppendInt(append(text, ' '), int64(token.Client), 10)
	text = strconv.AppendInt(append(text, '.'), int64(token.Seq), 10)
	hash.Write(text)
	return hash.Sum64()
}
