package protocoltest

import (
	"fmt"

	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// resolve fills in what a fork's creator leaves to the server: where the source
// is divided, and the content type and lifetime that are taken over.
func (s *Store) resolve(c *stream.Command) error {
	f := c.Fork
	source, err := s.machine.Stat(f.Source, s.now())
	switch {
	case err == stream.ErrGone:
		return stream.ErrForkConflict
	case err != nil:
		return err
	}
	if c.ContentType == "" {
		c.ContentType = source.ContentType
	}
	if stream.MediaType(c.ContentType) != stream.MediaType(source.ContentType) {
		return stream.ErrContentType
	}
	if f.Inherits {
		c.Lifetime = source.Lifetime
	}
	s.refs++
	f.Ref, f.SourceID = fmt.Sprint("ref-", s.refs), source.ID
	return s.resolveOffset(f, source)
}

func (s *Store) resolveOffset(f *stream.Fork, source stream.Info) error {
	f.At = f.Requested
	if f.Requested == store.CurrentTail {
		f.At = source.Tail
	}
	plan, err := s.machine.ReadPlan(f.Source, s.now(), f.At, int(source.Tail-min(f.At, source.Tail)))
	if err != nil || f.Sub == 0 {
		return err
	}
	if !source.JSON {
		f.At += f.Sub
		return beyond(f.At > source.Tail)
	}
	parts, err := s.collect(plan.Spans)
	if err != nil {
		return err
	}
	var all []byte
	for _, part := range parts {
		all = append(all, part...)
	}
	length, found := stream.SkipJSON(all, f.Sub)
	f.At += uint64(length)
	return beyond(found < f.Sub)
}

func beyond(is bool) error {
	if is {
		return stream.ErrBeyondTail
	}
	return nil
}

// drive takes a pending fork through retain to its activation.
func (s *Store) drive(name stream.Name, f *stream.Fork) (stream.Result, error) {
	retained := s.apply(&stream.Command{Op: stream.OpRetain, Name: f.Source, ID: f.SourceID, At: f.At, Ref: f.Ref})
	if retained.Err != nil {
		s.apply(&stream.Command{Op: stream.OpAbandon, Name: name, Ref: f.Ref})
		return stream.Result{}, retained.Err
	}
	result := s.apply(&stream.Command{Op: stream.OpActivate, Name: name, Ref: f.Ref})
	return result, result.Err
}
