package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

const (
	streamQueue     = 64 // streams that wait to be accepted, for each service
	maxServiceName  = 255
	snapshotService = "raft/snapshot/2" // 1 was without checksums
)

// First byte of the answer to the name of a service.
const (
	streamAccepted = 0
	streamUnknown  = 1
	streamBusy     = 2
)

var errNoService = errors.New("no such service")

// Addr is the address of a stream's end: a node.
type Addr string

// Network implements net.Addr.
func (Addr) Network() string { return "node" }

// String implements net.Addr.
func (a Addr) String() string { return string(a) }

// stream is a net.Conn that knows whose it is.
type stream struct {
	net.Conn
	peer Addr
}

// RemoteAddr implements net.Conn: an Addr.
func (s stream) RemoteAddr() net.Addr { return s.peer }

// Open begins a stream to a service of a peer. It returns when the peer has
// queued it for the service. ErrRefused is wrapped when there is no such service,
// ErrBusy when it does not accept as fast as streams come.
func (t *Transport) Open(ctx context.Context, peer, service string) (net.Conn, error) {
	if len(service) > maxServiceName {
		return nil, fmt.Errorf("transport: the name of service %q is too long", service)
	}
	p, err := t.peer(peer)
	if err != nil {
		return nil, err
	}
	session, err := p.bulk.get(ctx, nil)
	if err != nil {
		return nil, err
	}
	raw, err := session.OpenStream()
	if err != nil {
		return nil, unreachable(err)
	}
	if err := introduce(ctx, raw, service); err != nil {
		_ = raw.Close()
		return nil, unreachable(err)
	}
	return stream{raw, Addr(peer)}, nil
}

func introduce(ctx context.Context, raw net.Conn, service string) error {
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	err := ask(raw, service)
	if !stop() {
		return context.Cause(ctx)
	}
	return err
}

func ask(raw net.Conn, service string) error {
	if _, err := raw.Write(append([]byte{byte(len(service))}, service...)); err != nil {
		return err
	}
	var answer [1]byte
	if _, err := io.ReadFull(raw, answer[:]); err != nil {
		return err
	}
	switch answer[0] {
	case streamAccepted:
		return nil
	case streamBusy:
		return ErrBusy
	}
	return fmt.Errorf("%w: %w", ErrRefused, errNoService)
}

// serveStream hands a stream that a peer opened to the service that it names.
func (t *Transport) serveStream(raw net.Conn, from string) {
	_ = raw.SetDeadline(time.Now().Add(t.options.DeadAfter))
	var name [1 + maxServiceName]byte
	if _, err := io.ReadFull(raw, name[:1]); err != nil {
		_ = raw.Close()
		return
	}
	service := name[1 : 1+name[0]]
	if _, err := io.ReadFull(raw, service); err != nil {
		_ = raw.Close()
		return
	}
	if string(service) == snapshotService {
		t.receiveSnapshot(raw, from)
		return
	}
	t.services.deliver(string(service), stream{raw, Addr(from)})
}
