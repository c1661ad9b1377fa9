// Package trace is how the core lets a sampled request be followed, by whatever
// library: it says what happened when, and what continues on another node.
//
// It owns the words for that and nothing behind them; the adapter is infra/otel.
//
// Invariants:
//   - a nil Tracer follows nothing, and costs those who have it a comparison;
//   - a nil Span is a request that is not followed: it is neither asked nor told.
package trace

import (
	"context"
	"time"
)

// Tracer follows requests. Its methods may be called concurrently.
type Tracer interface {
	// Span returns the operation that ctx belongs to, nil if it is not followed.
	Span(ctx context.Context) Span
	// Continue begins an operation that another node asks for, inside that
	// node's. It returns a nil Span when that is not followed.
	Continue(ctx context.Context, from Context, name string) (context.Context, Span)
}

// Span is an operation of a sampled request. Its methods may be called
// concurrently; after End they have no effect.
type Span interface {
	// Context is what continues the trace elsewhere.
	Context() Context
	// Child begins an operation inside this one, now or in the past.
	Child(name string, k Kind, began time.Time) Span
	// Note adds to what is known of the operation.
	Note(attributes ...Attribute)
	// End ends the operation; err is why it failed, or nil.
	End(at time.Time, err error)
}

// Kind says what an operation is to others.
type Kind uint8

// The kinds of operations.
const (
	Internal Kind = iota // a part of what this node does
	Client               // a request to another node, and the wait for its answer
)

// Attribute is one thing that is known of an operation: a number, or a text.
type Attribute struct {
	Key    string
	Text   string
	Number int64 // counts if there is no Text
}

// Context is a place in a trace (W3C Trace Context).
type Context struct {
	Trace [16]byte
	Span  [8]byte
	Flags byte
	State string // the tracestate header, as it came
}
