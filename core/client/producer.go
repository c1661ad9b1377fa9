package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// Producer appends to one stream exactly once each, in order, however often the
// connection breaks: the server recognises a repetition by epoch and sequence number.
// It is for one goroutine.
//
// Invariant: seq is the number of appends that the server has acknowledged in this epoch.
type Producer struct {
	stream      *Stream
	id          string
	contentType string
	epoch, seq  uint64
	unsettled   error // an append whose outcome will never be known; nothing may follow it
}

// Producer returns a producer that starts at sequence number 0 of its epoch. No two
// producers of a stream may share an id at the same epoch; one that starts again under
// an old id takes the next epoch, which shuts its predecessor out (ErrFenced).
func (s *Stream) Producer(id string, epoch uint64, contentType string) *Producer {
	return &Producer{stream: s, id: id, epoch: epoch, contentType: contentType}
}

// Append stores body once and returns the tail after it. A refusal such as ErrClosed
// stores nothing and leaves the producer usable. When retries run out or ctx ends while
// the outcome is open, this and all later calls fail, for the sequence number may be taken.
func (p *Producer) Append(ctx context.Context, body []byte) (tail Offset, err error) {
	if p.unsettled != nil {
		return "", fmt.Errorf("an earlier append is unsettled: %w", p.unsettled)
	}
	err = p.stream.again(ctx, func() error {
		h, _, err := p.stream.roundTrip(ctx, request{
			op: "append", method: http.MethodPost, header: p.header(), body: bytes.NewReader(body),
		})
		tail = next(h)
		return err
	})
	p.settle(err)
	return tail, err
}

// settle notes what the end of an append means for the next one.
func (p *Producer) settle(err error) {
	var refused *Error
	switch {
	case err == nil:
		p.seq++
	case !errors.As(err, &refused) || refused.temporary():
		p.unsettled = err
	}
}

func (p *Producer) header() http.Header {
	return http.Header{
		headerContentType: {p.contentType},
		headerProducerID:  {p.id},
		headerEpoch:       {strconv.FormatUint(p.epoch, 10)},
		headerProducerSeq: {strconv.FormatUint(p.seq, 10)},
	}
}
