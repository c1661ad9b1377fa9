package transport_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"

	"ursula/infra/transport"
)

// damaging is a network that changes one bit of a large write.
type damaging struct {
	due atomic.Bool
}

func (d *damaging) dial(ctx context.Context, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	return damagingConn{c, d}, err
}

type damagingConn struct {
	net.Conn
	*damaging
}

// Write implements net.Conn.
func (c damagingConn) Write(b []byte) (int, error) {
	if len(b) > 16<<10 && c.due.CompareAndSwap(true, false) {
		b = bytes.Clone(b)
		b[len(b)/2] ^= 4
	}
	return c.Conn.Write(b)
}

// A snapshot that was damaged on its way ends with an error on both sides, before a byte
// of the damaged part was handed out, and the next attempt is another one.
func TestASnapshotThatIsDamagedOnItsWay(t *testing.T) {
	var wire damaging
	one, two := tcpPair(t, func(o *transport.Options) { o.Dial = wire.dial })
	data := bytes.Repeat([]byte("snapshot"), 1<<17) // 1 MiB
	wire.due.Store(true)
	content := installing(two.Group(7))
	if _, err := install(one, int64(len(data)), bytes.NewReader(data)); err == nil {
		t.Error("installed")
	}
	if wire.due.Load() {
		t.Fatal("nothing was damaged")
	}
	if got := within(t, content); len(got) == len(data) || !bytes.HasPrefix(data, got) {
		t.Errorf("%d bytes were handed out, or others than were sent", len(got))
	}
	content = installing(two.Group(7))
	if resp, err := install(one, int64(len(data)), bytes.NewReader(data)); err != nil || !resp.Success {
		t.Errorf("the next one: %+v, %v", resp, err)
	}
	if !bytes.Equal(within(t, content), data) {
		t.Error("another content")
	}
}

// A leader's connection is cut at several places of a transfer. The follower is left with
// a beginning and an error, and the next attempt begins anew.
func TestASnapshotWhoseConnectionIsCut(t *testing.T) {
	const size = 4 << 20
	for _, at := range []int{1, 100 << 10, 128 << 10, 1 << 20, size - 128<<10} {
		one, two := tcpPair(t)
		data := bytes.Repeat([]byte("snapshot"), size/8)
		content := installing(two.Group(7))
		sent := 0
		cut := readerFunc(func(b []byte) (int, error) {
			if sent >= at {
				one.SetPeers(nil)
			}
			n := copy(b, data[sent:])
			sent += n
			return n, nil
		})
		if _, err := install(one, size, cut); err == nil || errors.Is(err, transport.ErrBusy) {
			t.Errorf("cut after %d: %v", at, err)
		}
		if got := within(t, content); len(got) == size || !bytes.HasPrefix(data, got) {
			t.Errorf("cut after %d: %d bytes arrived", at, len(got))
		}
		acquaint(one, two)
		await(t, true, one, two)
		content = installing(two.Group(7))
		if resp, err := install(one, size, bytes.NewReader(data)); err != nil || !resp.Success {
			t.Errorf("after a cut at %d: %+v, %v", at, resp, err)
		}
		within(t, content)
	}
}
