package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"ursula/core/socket"
	"ursula/infra/transport/wire"
)

// opened is a connection after the handshake: each side knows who the other is,
// and has admitted it.
type opened struct {
	conn    net.Conn
	traffic *traffic
	self    string
	peer    Identity
	class   Class
	dialed  bool
}

// open dials address and greets whoever answers. node is who is expected there,
// "" for anybody.
func (t *Transport) open(ctx context.Context, address, node string, class Class, count *traffic) (*opened, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, t.options.DeadAfter, errHandshake)
	defer cancel()
	raw, err := t.options.Dial(ctx, address)
	if err != nil {
		return nil, err
	}
	o := &opened{conn: direct(raw), traffic: count, class: class, dialed: true}
	return o, t.establish(ctx, o, func() error { return t.greet(ctx, o, node) })
}

// meet does the same for a connection that was accepted.
func (t *Transport) meet(ctx context.Context, raw net.Conn) (*opened, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, t.options.DeadAfter, errHandshake)
	defer cancel()
	o := &opened{conn: direct(raw), traffic: new(traffic)}
	return o, t.establish(ctx, o, func() error { return t.answer(ctx, o) })
}

// direct has what goes through a socket go there directly.
func direct(raw net.Conn) net.Conn {
	if c := socket.New(raw); c != nil {
		return c
	}
	return raw
}

var errHandshake = errors.New("handshake took too long")

// establish runs a handshake that ends with ctx, and counts what follows it.
func (t *Transport) establish(ctx context.Context, o *opened, handshake func() error) error {
	raw := o.conn
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	err := handshake()
	if !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = raw.Close()
		return err
	}
	o.conn = meter{o.conn, raw, o.traffic}
	return nil
}

func (t *Transport) greet(ctx context.Context, o *opened, node string) error {
	if t.certificates == nil {
		return t.introduce(o, node)
	}
	secured, papers, err := t.certificates.client(ctx, o.conn)
	if err != nil {
		return err
	}
	o.conn = secured
	return papers.refused(t.introduce(o, node))
}

func (t *Transport) introduce(o *opened, node string) error {
	self := t.options.Identity()
	hello := wire.Hello{Lowest: wire.Lowest, Highest: wire.Highest, Class: byte(o.class), From: self}
	if _, err := hello.WriteTo(o.conn); err != nil {
		return fmt.Errorf("send hello: %w", err)
	}
	a, err := wire.ReadReply(o.conn)
	if err != nil {
		return err
	}
	if a.Refused {
		return refused(a.Reason)
	}
	if a.Version < wire.Lowest || a.Version > wire.Highest {
		return refused(fmt.Sprintf("node %s chose version %d", a.From.Node, a.Version))
	}
	o.self, o.peer = self.Node, a.From
	if node != "" && o.peer.Node != node {
		return refused(fmt.Sprintf("this is node %q and not %q", o.peer.Node, node))
	}
	if err := t.admit(self, o.peer, o.class); err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return nil
}

func (t *Transport) answer(ctx context.Context, o *opened) error {
	if t.certificates != nil {
		secured, err := t.certificates.server(ctx, o.conn)
		if err != nil {
			wantsTLS(o.conn, err)
			return err
		}
		o.conn = secured
	}
	hello, err := wire.ReadHello(o.conn)
	if err != nil {
		return err
	}
	self := t.options.Identity()
	a := wire.Reply{Lowest: wire.Lowest, Highest: wire.Highest, From: self}
	a.Version = hello.Choose(wire.Lowest, wire.Highest)
	o.self, o.peer, o.class = self.Node, hello.From, Class(hello.Class)
	refusal := t.judge(self, hello, a.Version)
	if refusal != nil {
		a.Refused, a.Reason = true, refusal.Error()
	}
	if _, err := a.WriteTo(o.conn); err != nil {
		return fmt.Errorf("answer hello: %w", err)
	}
	return refusal
}

func (t *Transport) judge(self Identity, h wire.Hello, version byte) error {
	if version == 0 {
		return fmt.Errorf("node %s speaks versions %d..%d, node %s wants %d..%d",
			h.From.Node, h.Lowest, h.Highest, self.Node, wire.Lowest, wire.Highest)
	}
	if c := Class(h.Class); c != ClassLog && c != ClassCall && c != ClassBulk {
		return fmt.Errorf("no connections of class %d", h.Class)
	}
	return t.admit(self, h.From, Class(h.Class))
}

// admit never mixes two clusters. A node that is not part of one may be let in
// by Admit.
func (t *Transport) admit(self, peer Identity, class Class) error {
	if self.Cluster != "" && peer.Cluster != "" && self.Cluster != peer.Cluster {
		return fmt.Errorf("node %s is of cluster %q, node %s of %q", self.Node, self.Cluster, peer.Node, peer.Cluster)
	}
	if peer.Node == "" || peer.Node == self.Node {
		return fmt.Errorf("node id %q is not a peer's", peer.Node)
	}
	return t.options.Admit(peer, class)
}

// Probe dials address, learns who is there, and hangs up. It is for a node that
// knows where a cluster is, and not yet who.
func (t *Transport) Probe(ctx context.Context, address string) (Identity, error) {
	o, err := t.open(ctx, address, "", ClassCall, new(traffic))
	if err != nil {
		return Identity{}, unreachable(err)
	}
	_ = o.conn.Close()
	return o.peer, nil
}
