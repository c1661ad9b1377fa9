package transport_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ursula/infra/transport"
	"ursula/infra/transport/wire"
)

// TestACallInPiecesThatIsGivenUp was certainly not carried out.
func TestACallInPiecesThatIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, l := facing(t)
		defer l.Close()
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

// held is a connection that stops twice in the middle of a large call.
type held struct {
	net.Conn
	*stops
}

type stops struct {
	ctx     context.Context
	written atomic.Int64
	halfway chan struct{}    // closed when it stops first
	goOn    [2]chan struct{} // closed to let it go on
}

// Write implements net.Conn.
func (h held) Write(b []byte) (int, error) {
	after := h.written.Add(int64(len(b)))
	for i, at := range []int64{20 << 20, 30 << 20} {
		if after <= at || after-int64(len(b)) > at {
			continue
		}
		if i == 0 {
			close(h.halfway)
		}
		select {
		case <-h.goOn[i]:
		case <-h.ctx.Done():
		}
	}
	return h.Conn.Write(b)
}

// What comes when half of a large call is sent arrives before the other half. It is
// a notice, because that is queued when Tell returns.
func TestALargeCallDoesNotDelaySmallOnes(t *testing.T) {
	h := &stops{ctx: t.Context(), halfway: make(chan struct{}), goOn: [2]chan struct{}{make(chan struct{}), make(chan struct{})}}
	one := onTCP(t, "1", func(o *transport.Options) {
		var d net.Dialer
		o.Dial = func(ctx context.Context, address string) (net.Conn, error) {
			c, err := d.DialContext(ctx, "tcp", address)
			return held{c, h}, err
		}
	})
	two := onTCP(t, "2")
	arrived := make(chan int, 2)
	two.Handle(echo, func(_ context.Context, _ string, payload []byte) ([]byte, error) {
		arrived <- len(payload)
		return payload, nil
	})
	acquaint(one, two)
	await(t, true, one, two)
	large := make([]byte, 40<<20)
	copy(large, "large")
	var call sync.WaitGroup
	call.Go(func() {
		if b, err := one.Call(t.Context(), "2", echo, large); err != nil || !bytes.Equal(b, large) {
			t.Errorf("%d bytes, %v", len(b), err)
		}
	})
	within(t, h.halfway)
	if !one.Tell("2", echo, []byte("small")) {
		t.Error("no room")
	}
	close(h.goOn[0])
	if first := within(t, arrived); first != len("small") {
		t.Errorf("%d bytes arrived first", first)
	}
	close(h.goOn[1])
	call.Wait()
}
