// Package tracetest follows requests in memory, for tests of what is followed.
//
// It owns the spans of one test, on however many nodes: they continue in each
// other by their contexts, as they would at a collector.
package tracetest

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"ursula/core/trace"
)

// Recorder keeps all spans. It is a trace.Tracer whose methods may be called
// concurrently.
type Recorder struct {
	mu    sync.Mutex
	spans []*Span
}

// Span is one operation, which belongs to its recorder.
type Span struct {
	recorder *Recorder
	id       uint64
	parent   uint64 // 0: none
	context  trace.Context

	Name       string
	Kind       trace.Kind
	Remote     bool // it continues what another node began
	Began      time.Time
	Ended      time.Time // zero while it goes on
	Err        error
	Attributes map[string]trace.Attribute
}

var (
	_ trace.Tracer = (*Recorder)(nil)
	_ trace.Span   = (*Span)(nil)
)

type key struct{}

// Request begins a trace with a state, and returns a context that belongs to it.
func (r *Recorder) Request(ctx context.Context, state string) (context.Context, *Span) {
	s := r.begin("request", 0, trace.Context{Flags: 1, State: state}, time.Now())
	return context.WithValue(ctx, key{}, s), s
}

// Span implements trace.Tracer.
func (r *Recorder) Span(ctx context.Context) trace.Span {
	if s, ok := ctx.Value(key{}).(*Span); ok {
		return s
	}
	return nil
}

// Continue implements trace.Tracer.
func (r *Recorder) Continue(ctx context.Context, from trace.Context, name string) (context.Context, trace.Span) {
	s := r.begin(name, binary.BigEndian.Uint64(from.Span[:]), from, time.Now())
	s.Remote = true
	return context.WithValue(ctx, key{}, s), s
}

// begin makes a span that continues a context, or with parent 0 a trace.
func (r *Recorder) begin(name string, parent uint64, in trace.Context, at time.Time) *Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &Span{recorder: r, id: uint64(len(r.spans) + 1), parent: parent, context: in, Name: name, Began: at,
		Attributes: make(map[string]trace.Attribute)}
	if parent == 0 {
		binary.BigEndian.PutUint64(s.context.Trace[:], s.id)
	}
	binary.BigEndian.PutUint64(s.context.Span[:], s.id)
	r.spans = append(r.spans, s)
	return s
}

// Context implements trace.Span.
func (s *Span) Context() trace.Context { return s.context }

// Child implements trace.Span.
func (s *Span) Child(name string, k trace.Kind, began time.Time) trace.Span {
	child := s.recorder.begin(name, s.id, s.context, began)
	child.Kind = k
	return child
}

// Note implements trace.Span.
func (s *Span) Note(attributes ...trace.Attribute) {
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	for _, a := range attributes {
		s.Attributes[a.Key] = a
	}
}

// End implements trace.Span.
func (s *Span) End(at time.Time, err error) {
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	s.Ended, s.Err = at, err
}

// Named returns the spans of a name, in the order in which they began to be
// recorded.
func (r *Recorder) Named(name string) (named []*Span) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.spans {
		if s.Name == name {
			named = append(named, s)
		}
	}
	return named
}

// Tree writes all spans down, each below the one that it continues. A span that
// goes on is marked with "...", one of another trace than its parent with "!".
func (r *Recorder) Tree() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	r.write(&b, 0, 0)
	return b.String()
}

func (r *Recorder) write(b *strings.Builder, parent uint64, depth int) {
	for _, s := range r.spans {
		if s.parent != parent {
			continue
		}
		mark := ""
		if s.Ended.IsZero() {
			mark = " ..."
		}
		if parent > 0 && r.spans[parent-1].context.Trace != s.context.Trace {
			mark += " !"
		}
		fmt.Fprintf(b, "%s%s%s\n", strings.Repeat("  ", depth), s.Name, mark)
		r.write(b, s.id, depth+1)
	}
}

// Ordered reports whether the spans of these names, of which there is one each,
// come one after the other.
func (r *Recorder) Ordered(names ...string) bool {
	return slices.IsSortedFunc(names, func(a, b string) int {
		return r.Named(a)[0].Ended.Compare(r.Named(b)[0].Began)
	})
}
