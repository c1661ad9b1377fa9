package group

import (
	"context"
	"time"

	"ursula/core/trace"
)

// Trace lets commands be followed, each with these attributes. It is to be called
// before the first Propose.
func (b *Batcher) Trace(t trace.Tracer, about ...trace.Attribute) { b.tracer, b.about = t, about }

// Following returns the stages of an entry: nil unless it is under way, the very
// bytes that were submitted, and somebody follows one of its commands.
func (b *Batcher) Following(entry []byte) *Stages {
	s := b.under.Load()
	if s == nil || len(entry) == 0 || &entry[0] != &s.entry[0] {
		return nil
	}
	return s
}

// followed is a proposal that somebody follows; nil is one that nobody does.
type followed struct {
	span   trace.Span
	queued time.Time
	stages *Stages // set before the answer, unless that is an error
}

// follow begins to follow a proposal if its request is.
func (b *Batcher) follow(ctx context.Context) *followed {
	if b.tracer == nil {
		return nil
	}
	request := b.tracer.Span(ctx)
	if request == nil {
		return nil
	}
	now := time.Now()
	f := &followed{span: request.Child("propose", trace.Internal, now), queued: now}
	f.span.Note(b.about...)
	return f
}

// begin returns where the stages of a batch's entry are noted, nil if nobody
// follows any of its commands.
func (b *Batcher) begin(batch []*proposal) *Stages {
	if b.tracer == nil {
		return nil
	}
	for _, p := range batch {
		if p.followed != nil {
			s := &Stages{commands: len(batch)}
			s.Reach(Taken)
			return s
		}
	}
	return nil
}

// reached hands over what was noted.
func (f *followed) reached(s *Stages) {
	if f != nil {
		f.stages = s
	}
}

// abandoned ends what has no answer: stages may still be noted.
func (f *followed) abandoned(err error) {
	if f != nil {
		f.span.End(time.Now(), err)
	}
}

// answered tells what happened to the proposal's entry.
func (f *followed) answered(err error) {
	if f == nil {
		return
	}
	if f.stages != nil {
		f.stages.tell(f.span, f.queued)
	}
	f.span.End(time.Now(), err)
}
