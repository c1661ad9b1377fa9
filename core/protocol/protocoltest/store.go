// Package protocoltest provides a Store for tests of the protocol: one
// core/stream Machine behind a lock, with a tail hub. It keeps everything in
// memory, replicates nothing, and can be told to fail.
package protocoltest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/tail"
)

// Store implements store.Writer, store.Reader and the protocol's Tails. Fields
// must not be set while it is in use; methods may be called concurrently.
type Store struct {
	Hub *tail.Hub
	Now func() time.Time
	// Before, when set, is called before each operation ("create", "append",
	// "delete", "head", "read") without the lock. Its error is the operation's.
	Before func(op string, name stream.Name) error

	mu      sync.Mutex
	machine *stream.Machine
	refs    int
}

var (
	_ store.Writer = (*Store)(nil)
	_ store.Reader = (*Store)(nil)
)

// New returns an empty store with a hub of its own; Close stops the hub.
func New() *Store {
	return &Store{Hub: tail.NewHub(tail.Options{}), Now: time.Now, machine: stream.NewMachine()}
}

// Close stops the hub.
func (s *Store) Close() { s.Hub.Close() }

// Watch watches through the store's hub.
func (s *Store) Watch(name stream.Name) (*tail.Watch, error) { return s.Hub.Watch(name) }

// Create makes a stream; a fork is driven to its end under the lock.
func (s *Store) Create(_ context.Context, c *stream.Command) (stream.Result, error) {
	if err := s.before("create", c.Name); err != nil {
		return stream.Result{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Fork != nil {
		if err := s.resolve(c); err != nil {
			return stream.Result{}, err
		}
	}
	result := s.apply(c)
	if result.Err != nil || result.Pending == nil {
		return result, result.Err
	}
	return s.drive(c.Name, result.Pending)
}

// Append appends or closes.
func (s *Store) Append(_ context.Context, c *stream.Command) (stream.Result, error) {
	if err := s.before("append", c.Name); err != nil {
		return stream.Result{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	result := s.apply(c)
	return result, result.Err
}

// Delete deletes, and releases what forks held.
func (s *Store) Delete(_ context.Context, name stream.Name) error {
	if err := s.before("delete", name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.apply(&stream.Command{Op: stream.OpDelete, Name: name}).Err
}

// Head describes a stream.
func (s *Store) Head(_ context.Context, name stream.Name) (stream.Info, error) {
	if err := s.before("head", name); err != nil {
		return stream.Info{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.machine.Stat(name, s.now())
}

// Read returns a page and renews a sliding lifetime.
func (s *Store) Read(_ context.Context, name stream.Name, r store.ReadRequest) (*store.Page, error) {
	if err := s.before("read", name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := s.machine.Stat(name, s.now())
	if err != nil {
		return nil, err
	}
	s.apply(&stream.Command{Op: stream.OpTouch, Name: name})
	if r.Now {
		r.From = info.Tail
	}
	plan, err := s.machine.ReadPlan(name, s.now(), r.From, r.Max)
	if err != nil {
		return nil, err
	}
	return s.page(plan, r)
}

// page resolves a plan. A JSON page is cut at its last message; when its first
// one is larger than the page, more is planned.
func (s *Store) page(plan stream.Plan, r store.ReadRequest) (*store.Page, error) {
	for {
		parts, err := s.collect(plan.Spans)
		if err != nil {
			return nil, err
		}
		p := &store.Page{Info: plan.Info, From: plan.From, Next: plan.To, Parts: parts, AtTail: plan.AtTail()}
		if !plan.Info.JSON || p.AtTail || cutMessages(p) {
			return p, nil
		}
		r.Max *= 2
		if plan, err = s.machine.ReadPlan(plan.Info.Name, s.now(), r.From, r.Max); err != nil {
			return nil, err
		}
	}
}

// cutMessages takes the unfinished message off the page's end; it returns false
// when nothing would be left.
func cutMessages(p *store.Page) bool {
	var all []byte
	for _, part := range p.Parts {
		all = append(all, part...)
	}
	n := stream.CutJSON(all)
	p.Parts, p.Next, p.AtTail = [][]byte{all[:n]}, p.From+uint64(n), false
	return n > 0
}

func (s *Store) collect(spans []stream.Span) (parts [][]byte, err error) {
	for _, span := range spans {
		switch {
		case span.Inherited != nil:
			f := span.Inherited
			plan, err := s.machine.InheritedPlan(f.Source, f.SourceID, span.From, span.To)
			if err != nil {
				return nil, err
			}
			inherited, err := s.collect(plan.Spans)
			if err != nil {
				return nil, err
			}
			parts = append(parts, inherited...)
		case span.Hot != nil:
			parts = append(parts, span.Hot...)
		default:
			return nil, fmt.Errorf("no bytes for [%d, %d)", span.From, span.To)
		}
	}
	return parts, nil
}

func (s *Store) before(op string, name stream.Name) error {
	if s.Before == nil {
		return nil
	}
	return s.Before(op, name)
}

func (s *Store) now() int64 { return s.Now().UnixMilli() }

// apply runs a command, publishes its events and carries the outbox out. The
// machine keeps nothing of c.
func (s *Store) apply(c *stream.Command) stream.Result {
	c.Now = s.now()
	result, changes := s.machine.Apply(c, nil)
	s.Hub.Publish(changes)
	for id, f := range s.machine.Releases() {
		s.machine.Apply(&stream.Command{Op: stream.OpSettle, Outbox: id}, nil)
		s.apply(&stream.Command{Op: stream.OpRelease, Name: f.Source, ID: f.SourceID, Ref: f.Ref})
	}
	return result
}
