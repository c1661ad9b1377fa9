package transport_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ursula/infra/transport"
	"ursula/infra/transport/wire"
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

// TestACallInPiecesThatIsGivenUp was certainly not carried out.
func TestACallInPiecesThatIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		l := pipes.listen("2")
		defer l.Close()
		one := pipes.node(t, "1")
		one.SetPeers(map[string]string{"2": "2"})
		peer := &scripted{t: t, conn: handshaken(t, l, transport.ClassCall), requests: make(chan wire.Header, 1000)}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := one.Call(ctx, "2", slow, make([]byte, transport.MaxCall))
			done <- err
		}()
		synctest.Wait() // the writer waits for somebody to read
		cancel()
		if err := <-done; !errors.Is(err, transport.ErrUnreachable) || errors.Is(err, transport.ErrLost) {
			t.Error(err)
		}
		go peer.read()
		for h := range peer.requests {
			if h.Kind == wire.Cancel {
				return
			}
			if h.Flags&wire.More == 0 {
				t.Error("the last piece was sent")
			}
		}
		t.Error("the peer was not told")
	})
}

// TestPiecesThatWereGivenUpTakeNoPlace: a peer may have four messages in pieces
// under way.
func TestPiecesThatWereGivenUpTakeNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		one := pipes.node(t, "1")
		echoing(one)
		peer := connect(t, pipes, "1", transport.ClassCall)
		for id := range uint64(20) {
			peer.send(wire.Header{Kind: wire.Call, Flags: wire.More, Group: uint32(echo), ID: id}, []byte("piece"))
			peer.send(wire.Header{Kind: wire.Cancel, ID: id}, nil)
		}
		for id := range uint64(4) {
			peer.send(wire.Header{Kind: wire.Call, Flags: wire.More, Group: uint32(echo), ID: id}, []byte("piece"))
		}
		peer.send(wire.Header{Kind: wire.Call, Group: uint32(echo), ID: 3}, []byte("last"))
		if h := <-peer.requests; h.Kind != wire.Call.Answer() || h.ID != 3 || h.Length != len("piecelast") {
			t.Errorf("%+v", h)
		}
		peer.send(wire.Header{Kind: wire.Call, Flags: wire.More, ID: 4}, nil)
		peer.send(wire.Header{Kind: wire.Call, Flags: wire.More, ID: 5}, nil)
		began := time.Now()
		if _, ok := <-peer.requests; ok || time.Since(began) > 0 { // later, silence would end it
			t.Error("a fifth one was taken")
		}
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

// TestALargeCallDoesNotDelaySmallOnes runs over TCP: what matters is that the
// small ones take turns with the pieces.
func TestALargeCallDoesNotDelaySmallOnes(t *testing.T) {
	one, two := onTCP(t, "1"), onTCP(t, "2")
	echoing(two)
	acquaint(one, two)
	await(t, true, one, two)
	large := make([]byte, 40<<20)
	copy(large, "large")
	var running sync.WaitGroup
	done := make(chan struct{})
	running.Go(func() {
		defer close(done)
		if b, err := one.Call(t.Context(), "2", echo, large); err != nil || !bytes.Equal(b, large) {
			t.Errorf("%d bytes, %v", len(b), err)
		}
	})
	small := 0
	for under := true; under; small++ {
		if _, err := one.Call(t.Context(), "2", echo, []byte("small")); err != nil {
			t.Fatal(err)
		}
		select {
		case <-done:
			under = false
		default:
		}
	}
	running.Wait()
	if small < 20 {
		t.Errorf("%d small calls while a large one went there and back", small)
	}
}
