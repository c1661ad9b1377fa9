package client

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"
)

// Info is what a stream says about itself.
type Info struct {
	ContentType string
	Next        Offset // tail: where the next byte will be
	Closed      bool
	TTL         string      // seconds; empty without
	ExpiresAt   string      // RFC 3339; empty without
	Header      http.Header // everything else that the server said
}

func infoOf(h http.Header) Info {
	return Info{
		ContentType: h.Get(headerContentType),
		Next:        next(h),
		Closed:      says(h, headerClosed),
		TTL:         h.Get(headerTTL),
		ExpiresAt:   h.Get(headerExpiresAt),
		Header:      h,
	}
}

// CreateOptions describes a new stream. Its zero value is an empty, open stream that
// never expires.
type CreateOptions struct {
	ContentType string        // empty: the server's choice
	TTL         time.Duration // whole seconds; 0: none
	ExpiresAt   time.Time     // zero: never; not together with TTL
	Closed      bool          // Body is all that the stream will ever hold
	Body        []byte        // first bytes
}

func (o CreateOptions) header() http.Header {
	h := http.Header{}
	if o.ContentType != "" {
		h.Set(headerContentType, o.ContentType)
	}
	if o.TTL > 0 {
		h.Set(headerTTL, strconv.FormatInt(int64(o.TTL/time.Second), 10))
	}
	if !o.ExpiresAt.IsZero() {
		h.Set(headerExpiresAt, o.ExpiresAt.UTC().Format(time.RFC3339Nano))
	}
	if o.Closed {
		h.Set(headerClosed, "true")
	}
	return h
}

// Create makes the stream, or finds it made already with the same settings; created
// tells which. With other settings it is ErrConflict. After a lost connection a stream
// that this call made may be reported as found.
func (s *Stream) Create(ctx context.Context, o CreateOptions) (info Info, created bool, err error) {
	err = s.again(ctx, func() error {
		h, status, err := s.roundTrip(ctx, request{
			op: "create", method: http.MethodPut, header: o.header(), body: bytes.NewReader(o.Body),
		})
		info, created = infoOf(h), status == http.StatusCreated
		return err
	})
	return info, created, err
}

// Head asks for the stream's tail and settings.
func (s *Stream) Head(ctx context.Context) (info Info, err error) {
	err = s.again(ctx, func() error {
		h, _, err := s.roundTrip(ctx, request{op: "head", method: http.MethodHead})
		info = infoOf(h)
		return err
	})
	return info, err
}

// Close ends the stream for writers and returns its final offset. Closing a closed
// stream succeeds.
func (s *Stream) Close(ctx context.Context) (final Offset, err error) {
	err = s.again(ctx, func() error {
		h, _, err := s.roundTrip(ctx, request{
			op: "close", method: http.MethodPost, header: http.Header{headerClosed: {"true"}},
		})
		final = next(h)
		return err
	})
	return final, err
}

// Delete removes the stream. It is sent once: after a lost connection the stream may
// or may not be there.
func (s *Stream) Delete(ctx context.Context) error {
	_, _, err := s.roundTrip(ctx, request{op: "delete", method: http.MethodDelete})
	return err
}
