package stream

import (
	"errors"
	"slices"
	"strings"
)

// A fork and its source may live in different groups, so making one takes three
// commands. The fork's group is told first and remembers the whole intention:
//
//	create   (fork's group)    pending, invisible
//	retain   (source's group)  the source holds its bytes for the fork
//	activate (fork's group)    visible
//
// Each step may be repeated by anyone at any time, so a crash between two of
// them leaves work to finish, never a reference without an owner. When the
// source refuses, abandon takes the pending fork back. A fork that goes puts its
// reference into its group's outbox; release gives it back, settle clears the
// entry.

// retain gives a reference on the source to the fork that owns c.Ref. One that
// was granted before is confirmed whatever has happened to the source since:
// two drivers of the same fork must not come to different conclusions.
func (m *Machine) retain(c *Command) Result {
	s, ok := m.incarnation(c.Name, c.ID)
	if ok && slices.Contains(s.refs, c.Ref) {
		return Result{Info: s.described()}
	}
	s, err := m.writable(c.Name, c.Now)
	switch {
	case errors.Is(err, ErrGone):
		return Result{Err: ErrForkConflict}
	case err != nil:
		return Result{Err: err}
	case s.id != c.ID:
		return Result{Err: ErrNotFound}
	case c.At > s.tail:
		return Result{Err: ErrBeyondTail}
	}
	s.refs = append(s.refs, strings.Clone(c.Ref))
	return Result{Info: s.described()}
}

// release takes a reference back. The last one of a hidden stream removes it,
// which may in turn release the stream's own source.
func (m *Machine) release(c *Command) Result {
	s, ok := m.incarnation(c.Name, c.ID)
	if !ok {
		return Result{}
	}
	s = m.own(s)
	s.refs = slices.DeleteFunc(s.refs, func(ref string) bool { return ref == c.Ref })
	if s.deleted {
		m.retire(s)
	}
	return Result{}
}

// activate makes a pending fork visible.
func (m *Machine) activate(c *Command, events []Event) (Result, []Event) {
	s, ok := m.streams.Get(c.Name)
	if !ok || s.fork == nil || s.fork.Ref != c.Ref {
		return Result{Err: ErrNotFound}, events
	}
	if s.pending {
		s = m.own(s)
		s.pending = false
		s.touched = max(s.touched, c.Now)
		m.pending.Delete(s.name)
		events = append(events, bornEvent(s, nil))
	}
	return Result{Created: true, Next: s.tail, Closed: s.closed, Info: s.described()}, events
}

// abandon takes back a pending fork. Its reference goes through the outbox all
// the same: an earlier retain may have succeeded without our knowing.
func (m *Machine) abandon(c *Command) Result {
	s, ok := m.streams.Get(c.Name)
	if ok && s.pending && s.fork.Ref == c.Ref {
		m.remove(s)
	}
	return Result{}
}

func (f *Fork) clone() *Fork {
	if f == nil {
		return nil
	}
	c := *f
	c.Source = Name(strings.Clone(string(f.Source)))
	c.Ref = strings.Clone(f.Ref)
	return &c
}
