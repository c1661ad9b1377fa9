// Package client is a client of the Durable Streams Protocol. It speaks to any server
// of the protocol and knows HTTP only: nothing of nodes, groups or storage.
//
// A Stream is one URL. What it promises:
//
//   - Every byte once. Pages and Tail hand data over together with the offset after it,
//     and only when the server has confirmed that offset. A connection that breaks
//     earlier leaves no trace: the same bytes are asked for again.
//   - Only what is safe to repeat is repeated. Create, Head, Close and reads are tried
//     again after a lost connection, 429 or 5xx, with a growing pause or the one that
//     Retry-After asks for. A plain Append is not, since nobody can tell whether a lost
//     one was stored; a Producer's append is, because the server recognises it.
//   - Refusals are values: an *Error carries the status and the problem document, and
//     matches the sentinels of this package with errors.Is.
//
// Every method ends when its context ends.
package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Offset is a position in a stream. It is opaque: only the server makes new ones.
type Offset string

// Offsets that every stream understands.
const (
	Start Offset = "-1"  // before the first byte
	Now   Offset = "now" // after the last byte, whichever that is when the request arrives
)

// Options adjusts a Stream. Its zero value is ready for use.
type Options struct {
	// HTTP sends the requests; nil is a client of its own without an overall timeout,
	// which live reads could not live with.
	HTTP *http.Client
	// Retry says how long failures are borne.
	Retry Retry
	// MaxBatch bounds the bytes of one page or live batch, which is held in memory whole;
	// 0 is DefaultMaxBatch.
	MaxBatch int64
}

// DefaultMaxBatch is larger than any page of a sensible server, and smaller than memory.
const DefaultMaxBatch = 256 << 20

// Stream is a client of one stream. Its methods may be called concurrently.
type Stream struct {
	url      *url.URL
	http     *http.Client
	retry    Retry
	maxBatch int64
	pause    func(context.Context, time.Duration) error // replaced by tests
}

// Open returns the client of the stream at rawURL. It sends nothing.
func Open(rawURL string, opts Options) (*Stream, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("stream URL: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("stream URL: %q is not an http:// or https:// URL", rawURL)
	}
	s := &Stream{url: u, http: opts.HTTP, retry: opts.Retry.orDefault(), maxBatch: opts.MaxBatch, pause: pause}
	if s.http == nil {
		s.http = &http.Client{}
	}
	if s.maxBatch == 0 {
		s.maxBatch = DefaultMaxBatch
	}
	return s, nil
}

// URL returns the address of the stream.
func (s *Stream) URL() string { return s.url.String() }
