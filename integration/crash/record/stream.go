package record

import (
	"bytes"
	"sync"
)

// Outcome is what is known about a request.
type Outcome uint8

// The outcomes. A request that was refused for certain counts as None.
const (
	None    Outcome = iota // never asked for, or certain not to have happened
	Unknown                // asked for, and perhaps done
	Done                   // acknowledged, or seen in a later read
)

// Fate is the outcome of a change that a stream goes through once: its
// creation, closure or deletion.
type Fate struct {
	mu      *sync.Mutex
	outcome Outcome
}

// Ask notes that a request for the change is about to leave.
func (f *Fate) Ask() { f.set(max(f.get(), Unknown)) }

// Acknowledge notes that the server confirmed the change.
func (f *Fate) Acknowledge() { f.set(Done) }

// Refuse notes that the only request for the change was refused for certain.
func (f *Fate) Refuse() {
	if f.get() == Unknown {
		f.set(None)
	}
}

// Known says that the change has happened for certain.
func (f *Fate) Known() bool { return f.get() == Done }

func (f *Fate) get() Outcome {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.outcome
}

func (f *Fate) set(o Outcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.outcome = o
}

// Stream is the note of everything that clients did to one stream.
type Stream struct {
	Name                       string
	Creation, Closure, Removal Fate

	mu        sync.Mutex
	inherited []byte
	sends     map[ID]*Send
	seen      []byte // the longest content that a reader was given
	tail      string // the furthest offset that a reader was given
	found     []Fault
}

// NewStream makes the note of a stream that does not exist yet. inherited is
// what it starts with as a fork, nil for others.
func NewStream(name string, inherited []byte) *Stream {
	s := &Stream{Name: name, inherited: inherited, sends: map[ID]*Send{}}
	for _, fate := range []*Fate{&s.Creation, &s.Closure, &s.Removal} {
		fate.mu = &s.mu
	}
	return s
}

// Saw notes what a reader was given: the whole content up to some point, which
// must extend, or be a prefix of, what readers were given before. The caller
// must not change those bytes afterwards.
func (s *Stream) Saw(content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	short, long := s.seen, content
	if len(long) < len(short) {
		short, long = long, short
	}
	if !bytes.HasPrefix(long, short) {
		s.note(Rewritten, "two readers were given different bytes")
	}
	s.seen = long[:len(long):len(long)]
}

// Forgot notes that the server contradicted a producer about its numbers.
func (s *Stream) Forgot(detail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(Forgotten, detail)
}

func (s *Stream) note(kind Kind, detail string) {
	s.found = append(s.found, Fault{s.Name, kind, detail})
}
