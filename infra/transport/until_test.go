package transport_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ursula/infra/transport"
	"ursula/infra/transport/wire"
)

// lazy answers calls to node two after a time.
func lazy(two *node, after time.Duration) {
	two.Handle(echo, func(ctx context.Context, _ string, payload []byte) ([]byte, error) {
		select {
		case <-time.After(after):
			return payload, nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	})
}

// over returns a channel that is closed after a time.
func over(after time.Duration) <-chan struct{} {
	c := make(chan struct{})
	time.AfterFunc(after, func() { close(c) })
	return c
}

// TestACallThatIsOver: what was sent and may be sent again is left a moment later,
// what may not has its answer.
func TestACallThatIsOver(t *testing.T) {
	for _, c := range []struct {
		what   string
		answer time.Duration
		again  bool
		takes  time.Duration
		err    error
	}{
		{"nobody answers", time.Minute, true, 1100 * time.Millisecond, transport.ErrLost},
		{"the answer is on its way", 1050 * time.Millisecond, true, 1050 * time.Millisecond, nil},
		{"it must not be repeated", time.Minute, false, time.Minute, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, one, two := pair(t)
			lazy(two, c.answer)
			began := time.Now()
			got, err := one.CallUntil(t.Context(), transport.Until{Over: over(time.Second), Again: c.again}, "2", echo, []byte("x"))
			if took := time.Since(began); !errors.Is(err, c.err) || err == nil && string(got) != "x" || took != c.takes {
				t.Errorf("%s: %q, %v after %v", c.what, got, err, took)
			}
		})
	}
}

// TestACallThatIsOverBeforeItIsSent was certainly not carried out: while its
// connection is being dialed, or pieces of it are still here.
func TestACallThatIsOverBeforeItIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, l := facing(t)
		defer l.Close()
		left := func(what string, payload []byte) {
			t.Helper()
			began := time.Now()
			_, err := one.CallUntil(t.Context(), transport.Until{Over: over(time.Second)}, "2", echo, payload)
			if took := time.Since(began); !errors.Is(err, transport.ErrUnreachable) || took != time.Second {
				t.Errorf("%s: %v after %v", what, err, took)
			}
		}
		left("nobody answers the dial", nil)
		raw := handshaken(t, l, transport.ClassCall)
		go pongs(raw, t.Context().Done())
		left("nobody reads", make([]byte, 100*wire.MaxBody))
	})
}
