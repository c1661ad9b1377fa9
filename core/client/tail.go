package client

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/url"
	"strings"
)

// Mode is how a live reader waits for new bytes.
type Mode int

// Modes of a live reader.
const (
	// Auto is SSE where it carries every byte, and LongPoll elsewhere: SSE cannot tell
	// carriage returns from line feeds, so that text streams other than JSON take LongPoll.
	Auto Mode = iota
	SSE
	LongPoll
)

// Tail reads from an offset on and then follows the stream, until it is closed, the
// context ends or a refusal makes going on pointless; the last two are the last element's
// error. Lost connections are replaced and resumed after the last batch. A batch may be
// empty: it says that the reader is up to date, or that the stream was closed. A loop may
// be left at any time.
func (s *Stream) Tail(ctx context.Context, from Offset, mode Mode) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		f := &follower{stream: s, at: from, retries: backoff{stream: s}, yield: func(b Batch) bool { return yield(b, nil) }}
		if err := f.follow(ctx, mode); err != nil {
			yield(Batch{}, err)
		}
	}
}

// follower is one live reader.
//
// Invariant: exactly the bytes before at have been yielded.
type follower struct {
	stream  *Stream
	at      Offset
	cursor  string // last one from the server, echoed so that caches do not serve us our past
	retries backoff
	yield   func(Batch) bool
}

// errEnd says that nothing more is wanted: the stream is closed, or the loop was left.
var errEnd = errors.New("end of tail")

// follow opens one connection after the other.
func (f *follower) follow(ctx context.Context, mode Mode) error {
	wait, err := f.settle(ctx, mode)
	for err == nil {
		if err = wait(ctx); err == nil || errors.Is(err, errEnd) {
			continue
		}
		err = f.retries.failed(ctx, err)
	}
	if errors.Is(err, errEnd) {
		return nil
	}
	return err
}

// settle asks for the stream's type, to choose how to wait, and for its tail: "now" must
// become an offset before the first connection, or bytes that arrive while that one
// breaks would be skipped by the next.
func (f *follower) settle(ctx context.Context, mode Mode) (func(context.Context) error, error) {
	info, err := f.stream.Head(ctx)
	if err != nil {
		return nil, err
	}
	if f.at == Now {
		f.at = info.Next
	}
	text := strings.HasPrefix(info.ContentType, "text/")
	if mode == LongPoll || mode == Auto && text {
		return f.longPoll, nil
	}
	return f.sse, nil
}

// query asks for what follows f.at.
func (f *follower) query(live string) url.Values {
	q := url.Values{"live": {live}, "offset": {string(f.at)}}
	if f.cursor != "" {
		q.Set("cursor", f.cursor)
	}
	return q
}

// deliver hands over a batch that the server has confirmed, and moves on behind it.
func (f *follower) deliver(b Batch, cursor string) error {
	if err := forward(f.at, b.Next); err != nil {
		return err
	}
	f.retries.succeeded()
	f.at, f.cursor = b.Next, cursor
	if !f.yield(b) || b.Closed {
		return errEnd
	}
	return nil
}

// ended judges the end of a live connection: after a confirmed batch the server may end it
// when it likes, but one that brought nothing is a failure, or the reader would spin.
func ended(err error, confirmed bool) error {
	if errors.Is(err, io.EOF) && confirmed {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
