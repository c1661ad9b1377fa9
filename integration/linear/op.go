package linear

import (
	"fmt"
	"time"
)

// Kind is what an operation asks for.
type Kind string

// The kinds of operations. A Read counts only when one answer held the whole
// stream and said that nothing lay behind it.
const (
	Create Kind = "create"
	Append Kind = "append"
	Close  Kind = "close"
	Delete Kind = "delete"
	Head   Kind = "head"
	Read   Kind = "read"
)

// Outcome is what the client knows about an operation.
type Outcome string

// The outcomes. All but Unknown are definite; those after Repeated had no effect.
const (
	OK       Outcome = "ok"
	Repeated Outcome = "repeated" // it has happened, if not just now: a producer's duplicate, a stream that exists
	Absent   Outcome = "absent"   // there is no such stream
	Shut     Outcome = "closed"   // the stream is closed
	Gap      Outcome = "gap"      // the producer's number is too high for this stream
	Exists   Outcome = "exists"   // the name is taken by a stream of another configuration
	Refused  Outcome = "refused"  // for a reason that tells nothing about the stream
	Unknown  Outcome = "unknown"  // perhaps it happened, perhaps it will
)

// MaxProducers bounds the producers of a history; they are numbered from 1.
const MaxProducers = 16

// Op is one operation: what a client asked of one stream, between which moments,
// and what it was told. Times are since the history began, on one monotonic clock.
type Op struct {
	Client   int
	Node     int // which node was asked, for human readers only
	Stream   string
	Kind     Kind
	Invoked  time.Duration
	Returned time.Duration // for Unknown the moment at which the client gave up
	Outcome  Outcome

	Token    Token   `json:",omitzero"` // Append
	Size     int     `json:",omitzero"` // Append: bytes
	Producer int     `json:",omitzero"` // Append: 0 without producer headers
	Seq      int     `json:",omitzero"` // Append: the producer's number, from 0
	Inherits []Token `json:",omitempty"`
	Base     int64   `json:",omitzero"` // Create: bytes that a fork inherits

	TTL time.Duration `json:",omitzero"` // Create: life without use; 0 is for ever

	// Unrenewed says that a Read may not have renewed the lifetime: a disk was full.
	Unrenewed bool `json:",omitzero"`

	Tail    int64   `json:",omitzero"` // bytes in the stream, if the answer said so
	Closed  bool    `json:",omitzero"`
	Content []Token `json:",omitempty"` // Read
	Torn    string  `json:",omitzero"`  // Read: why Content is not all that came
	Note    string  `json:",omitzero"`  // what the client was told, for human readers
}

// writes says that the operation may change the stream.
func (o *Op) writes() bool { return o.Kind != Head && o.Kind != Read }

// tells says that the answer spoke for the tail, as of a moment in between.
func (o *Op) tells() bool {
	return o.Outcome == OK && (o.Kind == Append || o.Kind == Close || o.Kind == Head || o.Kind == Read)
}

func (o *Op) String() string {
	text := fmt.Sprintf("c%d n%d %s %s [%v, %v] %s", o.Client, o.Node, o.Kind, o.Stream, o.Invoked, o.Returned, o.Outcome)
	switch {
	case o.Kind == Append:
		text += fmt.Sprintf(" %v producer %d/%d", o.Token, o.Producer, o.Seq)
	case o.Kind == Read:
		text += fmt.Sprintf(" %d appends", len(o.Content))
	}
	return fmt.Sprintf("%s tail %d closed %v", text, o.Tail, o.Closed)
}
