// Package store is the port between the protocol and the streams behind it:
// what an HTTP server of streams asks for, in terms of core/stream. A node
// implements it; the protocol consumes it. The package holds contracts and
// values only and knows neither HTTP nor nodes.
package store

import (
	"context"
	"errors"

	"ursula/core/stream"
)

// Errors of the storage side, to be wrapped with their cause. Those of the
// stream itself are core/stream's.
var (
	// ErrUnavailable: not now, and perhaps the command happened all the same.
	// Overload, no space, no leader, draining.
	ErrUnavailable = errors.New("temporarily unavailable")
	// ErrTooManyRequests: this client should slow down.
	ErrTooManyRequests = errors.New("too many requests")
)

// CurrentTail as Fork.Requested asks for a fork at the source's tail of the
// moment.
const CurrentTail = stream.CurrentTail

// Writer changes streams. A method returns when its change is durable, or with
// an error: core/stream's refusals, ErrUnavailable or ErrTooManyRequests,
// wrapped or not. A refusal's Result still tells the stream's Next and Closed
// where core/stream says so. Methods may be called concurrently.
type Writer interface {
	// Create makes or confirms a stream, and drives a fork to its end. The
	// command's Data is the caller's again after a nil error, not after another.
	Create(ctx context.Context, c *stream.Command) (stream.Result, error)
	// Append appends, closes, or both. Data as in Create.
	Append(ctx context.Context, c *stream.Command) (stream.Result, error)
	// Delete deletes, or soft-deletes while forks read from the stream.
	Delete(ctx context.Context, name stream.Name) error
}

// Reader reads streams. Errors are as in Writer, and stream.ErrBeyondTail for an
// offset after the tail. Methods may be called concurrently.
type Reader interface {
	// Head describes a stream, linearizably, without renewing its lifetime.
	Head(ctx context.Context, name stream.Name) (stream.Info, error)
	// Read returns a page and renews a sliding lifetime. What the page says of
	// the tail and of closure is linearizable. The caller releases the page.
	Read(ctx context.Context, name stream.Name, r ReadRequest) (*Page, error)
}

// ReadRequest says what to read.
type ReadRequest struct {
	From uint64 // first byte
	Now  bool   // from the tail instead; From is ignored
	Max  int    // most bytes; one JSON message larger than that comes whole
	Live bool   // the reader is going to wait at the tail
}

// Page is a range of a stream, [From, Next), as it was when Info was taken. For
// a JSON stream it ends at a message boundary.
type Page struct {
	Info   stream.Info
	From   uint64
	Next   uint64
	AtTail bool     // Next is Info.Tail
	Parts  [][]byte // adjacent, in order; not to be modified, valid until Release
	Free   func()   // gives the parts' memory back; may be nil
}

// Release ends the use of Parts, which it drops. It may be called on a nil page
// and more than once.
func (p *Page) Release() {
	if p == nil {
		return
	}
	p.Parts = nil
	if p.Free != nil {
		p.Free()
		p.Free = nil
	}
}

// Closed says that the page reaches the end of a closed stream.
func (p *Page) Closed() bool { return p.AtTail && p.Info.Closed }
