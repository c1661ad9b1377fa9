package transport

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"ursula/infra/transport/wire"
)

// Identity is who speaks: the cluster's id, "" until the node is part of one,
// the node's id, and that of its data directory.
type Identity = wire.Identity

// Class is what a connection is for.
type Class uint8

// Classes of connections.
const (
	ClassLog  Class = 1 // Raft's messages, but for snapshots
	ClassCall Class = 2 // Call and Tell
	ClassBulk Class = 3 // snapshots and Open
)

// String implements fmt.Stringer.
func (c Class) String() string {
	switch c {
	case ClassLog:
		return "log"
	case ClassCall:
		return "call"
	case ClassBulk:
		return "bulk"
	}
	return "unknown"
}

// Options are what a transport is made of. Identity, Listener and Admit are
// required.
type Options struct {
	// Identity is asked for at each handshake. It may change once, when the node
	// joins a cluster; the node's id does not.
	Identity func() Identity
	// Listener is closed by Close.
	Listener net.Listener
	// Dial opens a connection to an address given to SetPeers. Left out, TCP from
	// the listener's own IP, so that peers can tell who dials.
	Dial func(ctx context.Context, address string) (net.Conn, error)
	// Admit is asked by both sides of a connection about the other one, before
	// anything else is said. The text of its error reaches whoever dialed. Two
	// different clusters never connect. It is called concurrently.
	Admit func(peer Identity, class Class) error
	// TLS secures all connections; nil leaves them as they are.
	TLS    *TLSFiles
	Logger *slog.Logger // slog.Default() when nil

	// DeadAfter is how long a connection may be silent, 3 s when zero. It also
	// bounds opening one.
	DeadAfter time.Duration
	// Timeout bounds each request of Raft but for snapshots, 5 s when zero.
	Timeout time.Duration
	// SnapshotIdle is how long a snapshot may make no progress, 30 s when zero.
	SnapshotIdle time.Duration
}

func (o Options) withDefaults() (Options, error) {
	if o.Identity == nil || o.Listener == nil || o.Admit == nil {
		return o, errors.New("transport: Identity, Listener and Admit are required")
	}
	if o.Dial == nil {
		o.Dial = dialFrom(o.Listener.Addr())
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	o.DeadAfter = orDefault(o.DeadAfter, 3*time.Second)
	o.Timeout = orDefault(o.Timeout, 5*time.Second)
	o.SnapshotIdle = orDefault(o.SnapshotIdle, 30*time.Second)
	return o, nil
}

func orDefault(v, otherwise time.Duration) time.Duration {
	if v == 0 {
		return otherwise
	}
	return v
}
