package client

import (
	"context"
	"io"
	"net/http"
)

// AppendOptions adjusts a plain append.
type AppendOptions struct {
	ContentType string // must be the stream's
	Seq         string // Stream-Seq, greater than that of any append before; empty: none
	Close       bool   // these are the last bytes
}

func (o AppendOptions) header() http.Header {
	h := http.Header{}
	if o.ContentType != "" {
		h.Set(headerContentType, o.ContentType)
	}
	if o.Seq != "" {
		h.Set(headerSeq, o.Seq)
	}
	if o.Close {
		h.Set(headerClosed, "true")
	}
	return h
}

// Append adds body, which is streamed, to the stream and returns the new tail. It is
// sent once. An error that is not an *Error, or one of status 5xx, leaves open whether
// the bytes were stored; a Producer does not have that doubt.
func (s *Stream) Append(ctx context.Context, body io.Reader, o AppendOptions) (Offset, error) {
	h, _, err := s.roundTrip(ctx, request{
		op: "append", method: http.MethodPost, header: o.header(), body: body,
	})
	return next(h), err
}
