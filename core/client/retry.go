package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Retry says how often and how slowly failures that may pass are tried again.
type Retry struct {
	// Attempts bounds the failures in a row, the first included; 0 is 8, and a negative
	// number means until the context ends.
	Attempts int
	// First is the pause after the first failure, doubled up to Max; zero values are
	// 100 ms and 10 s. Half of each pause is random, so that clients do not return all
	// at once. A longer Retry-After wins.
	First, Max time.Duration
}

func (r Retry) orDefault() Retry {
	if r.Attempts == 0 {
		r.Attempts = 8
	}
	if r.First <= 0 {
		r.First = 100 * time.Millisecond
	}
	if r.Max <= 0 {
		r.Max = 10 * time.Second
	}
	return r
}

// backoff counts the failures in a row of one activity.
type backoff struct {
	stream   *Stream
	failures int
}

// succeeded forgets earlier failures.
func (b *backoff) succeeded() { b.failures = 0 }

// failed pauses after err, or returns why there will be no further attempt: the
// context's end, or err when it is permanent or came too often.
func (b *backoff) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	b.failures++
	retry := b.stream.retry
	if !temporary(err) || (retry.Attempts > 0 && b.failures >= retry.Attempts) {
		return err
	}
	return b.stream.pause(ctx, max(asked(err), retry.wait(b.failures)))
}

// wait returns the pause after a number of failures in a row.
func (r Retry) wait(failures int) time.Duration {
	d := r.First
	for range failures - 1 {
		if d *= 2; d >= r.Max {
			d = r.Max
			break
		}
	}
	return d/2 + rand.N(d/2+1)
}

// temporary says whether another attempt may help. What is not a refusal is a broken connection.
func temporary(err error) bool {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.temporary()
	}
	return !errors.Is(err, ErrProtocol) && !errors.Is(err, ErrRewound) && !errors.Is(err, ErrTooLarge)
}

// asked returns the pause that the server asked for.
func asked(err error) time.Duration {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.RetryAfter
	}
	return 0
}

// again calls try until it succeeds or must not be repeated.
func (s *Stream) again(ctx context.Context, try func() error) error {
	b := backoff{stream: s}
	for {
		err := try()
		if err == nil {
			return nil
		}
		if err := b.failed(ctx, err); err != nil {
			return err
		}
	}
}

// pause waits for d or for the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
