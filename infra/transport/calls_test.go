package transport_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ursula/infra/transport"
)

const (
	slow    transport.Method = 2
	failing transport.Method = 3
)

// waiting is a handler that tells when it begins and waits to be released.
type waiting struct {
	begun   chan string // payloads
	ended   chan error  // why the context ended, if it did
	release chan struct{}
}

func (w *waiting) handle(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	w.begun <- string(payload)
	select {
	case <-w.release:
		return payload, nil
	case <-ctx.Done():
		w.ended <- ctx.Err()
		return nil, ctx.Err()
	}
}

func waitingAt(n *node) *waiting {
	w := &waiting{make(chan string, 1000), make(chan error, 1000), make(chan struct{})}
	n.Handle(slow, w.handle)
	return w
}

func TestACallIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		echoing(two)
		two.Handle(failing, func(_ context.Context, from string, _ []byte) ([]byte, error) {
			return nil, errors.New("not you, " + from)
		})
		for _, parts := range [][][]byte{{}, {[]byte("a"), nil, []byte("b")}, {make([]byte, 64<<10)}, {make([]byte, 64<<10), []byte("x")}, {[]byte("x"), make([]byte, 5<<20)}} {
			want := bytes.Join(parts, nil)
			if b, err := one.Call(t.Context(), "2", echo, parts...); err != nil || !bytes.Equal(b, want) {
				t.Errorf("%d bytes: got %d, %v", len(want), len(b), err)
			}
		}
		for m, text := range map[transport.Method]string{failing: "not you, 1", 77: "no method 77"} {
			_, err := one.Call(t.Context(), "2", m)
			if remote := (*transport.RemoteError)(nil); !errors.As(err, &remote) || remote.Text != text {
				t.Errorf("method %d: %v", m, err)
			}
		}
		if _, err := one.Call(t.Context(), "2", echo, make([]byte, transport.MaxCall), []byte("x")); !errors.Is(err, transport.ErrTooLarge) {
			t.Errorf("too large: %v", err)
		}
		if got := one.Peers()[0].Calls; got != (transport.CallStatus{Ended: 7, Failed: 2}) {
			t.Errorf("counted %+v", got)
		}
	})
}

func TestWhoStopsWaitingStopsTheHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		w := waitingAt(two)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := one.Call(ctx, "2", slow, []byte("x")); !errors.Is(err, transport.ErrLost) || !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if err := <-w.ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestACallIsLostWithItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		w := waitingAt(two)
		done := make(chan error)
		go func() {
			_, err := one.Call(t.Context(), "2", slow, []byte("x"))
			done <- err
		}()
		<-w.begun
		one.SetPeers(nil)
		if err := <-done; !errors.Is(err, transport.ErrLost) || errors.Is(err, transport.ErrUnreachable) {
			t.Error(err)
		}
		<-w.ended
	})
}

func TestMoreCallsThanAPeerTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, one, two := pair(t)
		w := waitingAt(two)
		results := make(chan error, 600)
		for range 600 {
			go func() {
				_, err := one.Call(t.Context(), "2", slow, []byte("x"))
				results <- err
			}()
		}
		synctest.Wait()
		if len(w.begun) != 512 || len(results) != 88 {
			t.Errorf("%d begun, %d refused", len(w.begun), len(results))
		}
		close(w.release)
		var busy int
		for range 600 {
			if err := <-results; errors.Is(err, transport.ErrBusy) && errors.Is(err, transport.ErrUnreachable) {
				busy++
			} else if err != nil {
				t.Error(err)
			}
		}
		if busy != 88 {
			t.Errorf("%d were busy", busy)
		}
	})
}

func TestANoticeIsToldOrNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes, one, two := pair(t)
		w := waitingAt(two)
		close(w.release)
		if !one.Tell("2", slow, []byte("x")) || <-w.begun != "x" {
			t.Error("not told")
		}
		if one.Tell("3", slow, nil) || one.Tell("2", slow, make([]byte, 64<<10+1)) {
			t.Error("told nobody, or too much")
		}
		pipes.freeze()
		await(t, false, one, two)
		if one.Tell("2", slow, nil) {
			t.Error("told a peer that is not connected")
		}
		pipes.thaw()
	})
}
