package group

import (
	"time"

	"ursula/core/trace"
)

// Stage is a point that an entry reaches on its way.
type Stage uint8

// The stages, in their order. An engine without a log or other nodes leaves some
// of them out.
const (
	Taken     Stage = iota // its commands were taken from the queue
	Storing                // the log has begun to make it durable here
	Stored                 // it is as durable here as the log makes it
	Committed              // the others have it, as many as it takes: it will be applied
	Applied                // its commands took effect
	Published              // who waits for that was told
	stages
)

// Stages is when an entry reached its stages, if it holds a command that is
// followed. Nil is an entry that nobody follows: nothing is noted.
//
// Whoever brings the entry to a stage notes it. They do so one after the other,
// and all before the entry's outcome is known, unless that is an error.
type Stages struct {
	entry    []byte
	commands int
	index    uint64
	at       [stages]time.Time
}

// Reach notes that the entry has reached a stage.
func (s *Stages) Reach(stage Stage) {
	if s != nil {
		s.at[stage] = time.Now()
	}
}

// Index notes where in the log the entry is.
func (s *Stages) Index(i uint64) {
	if s != nil {
		s.index = i
	}
}

// tell adds what happened to the entry to the span of one of its commands, which
// was queued at some time.
func (s *Stages) tell(span trace.Span, queued time.Time) {
	span.Note(
		trace.Attribute{Key: "ursula.entry.commands", Number: int64(s.commands)},
		trace.Attribute{Key: "ursula.entry.bytes", Number: int64(len(s.entry))},
		trace.Attribute{Key: "ursula.entry.index", Number: int64(s.index)},
	)
	for _, step := range [...]struct {
		name         string
		began, ended time.Time
	}{
		{"queue", queued, s.at[Taken]},
		{"journal", s.at[Storing], s.at[Stored]},
		{"quorum", s.at[Stored], s.at[Committed]},
		{"apply", s.at[Committed], s.at[Applied]},
		{"notify", s.at[Applied], s.at[Published]},
	} {
		if !step.began.IsZero() && !step.ended.IsZero() {
			span.Child(step.name, trace.Internal, step.began).End(step.ended, nil)
		}
	}
}
