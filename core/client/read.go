package client

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
)

// Batch is a run of bytes of a stream. A reader that has dealt with Data and wants to
// go on later keeps Next.
type Batch struct {
	Data     []byte // may be empty; of a JSON stream: one array, see Messages
	Next     Offset // position after Data
	UpToDate bool   // Data reaches the tail
	Closed   bool   // Data reaches the end of a closed stream: nothing will follow
}

// Pages reads what the stream holds from an offset on, page by page, until the tail. An
// error is the last element. A loop may be left at any time.
func (s *Stream) Pages(ctx context.Context, from Offset) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		for {
			var page Batch
			err := s.again(ctx, func() (err error) {
				page, err = s.page(ctx, from)
				return err
			})
			if err != nil {
				yield(Batch{}, err)
				return
			}
			if !yield(page, nil) || page.UpToDate || page.Closed {
				return
			}
			from = page.Next
		}
	}
}

// page reads one page at from.
func (s *Stream) page(ctx context.Context, from Offset) (Batch, error) {
	resp, err := s.send(ctx, request{
		op: "read", method: http.MethodGet, query: url.Values{"offset": {string(from)}},
	})
	if err != nil {
		return Batch{}, err
	}
	defer resp.Body.Close()
	page, err := s.batch(resp)
	if err == nil {
		err = forward(from, page.Next)
	}
	if err == nil && page.Next == from && !page.UpToDate && !page.Closed {
		err = fmt.Errorf("%w: a page at %s neither moves on nor is the last", ErrProtocol, from)
	}
	return page, err
}

// batch reads a whole response. A body that breaks off is an error, and nothing of it is used.
func (s *Stream) batch(resp *http.Response) (Batch, error) {
	data, err := io.ReadAll(io.LimitReader(resp.Body, s.maxBatch+1))
	if err != nil {
		return Batch{}, fmt.Errorf("read: %w", err)
	}
	if int64(len(data)) > s.maxBatch {
		return Batch{}, fmt.Errorf("%w: a page holds more than %d bytes", ErrTooLarge, s.maxBatch)
	}
	b := Batch{
		Data: data, Next: next(resp.Header),
		UpToDate: says(resp.Header, headerUpToDate), Closed: says(resp.Header, headerClosed),
	}
	if b.Next == "" {
		return Batch{}, fmt.Errorf("%w: no %s", ErrProtocol, headerNext)
	}
	return b, nil
}

// forward refuses to be led back. The protocol lets clients compare offsets, though not
// read them; Start and Now are none that a server would make.
func forward(from, to Offset) error {
	if from != Start && from != Now && to < from {
		return fmt.Errorf("%w: read to %s, and the server goes on at %s", ErrRewound, from, to)
	}
	return nil
}
