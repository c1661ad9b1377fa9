package natsd

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"ursula/core/stream"
)

// ErrOptions says that a Node cannot be started with these Options.
var ErrOptions = errors.New("natsd: incomplete options")

// Options of a Node. NodeID, Cluster, Open, Listener and Deliver are required.
type Options struct {
	// NodeID is this node's among the ids that SetPeers is given; up to 64 bytes.
	NodeID string
	// Cluster is the cluster's id. Nodes of different clusters refuse each other. It
	// is no secret.
	Cluster string

	// Open opens a tunnel to a peer. It must end with its context.
	Open func(ctx context.Context, peer string) (net.Conn, error)
	// Listener accepts the tunnels that peers open. The Node closes it.
	Listener net.Listener

	// Deliver takes the events of other nodes, from one goroutine. It must not
	// wait: what comes meanwhile is dropped in the end. It may keep Data.
	Deliver func(*stream.Event)
	// Lost is told that events may have been lost: a tunnel ended, or Deliver was
	// too slow. It comes from a goroutine of its own, at most once a second. May
	// be nil.
	Lost func()

	MaxData int           // data bytes up to which an event brings its data; default 8 KiB, at most 256 KiB
	Queue   int           // events that wait to be published; default 4096
	Inbox   int           // events that wait for Deliver; default 4096
	Linger  time.Duration // how long interest outlives Uninterest; default 1 s
	Logger  *slog.Logger  // default: none. NATS's own lines come at debug level
}

const (
	maxNodeID  = 64
	maxData    = 256 << 10
	maxLinger  = 4096        // interests that linger; beyond it the oldest end
	lostPause  = time.Second // at least, between two calls of Lost
	startLimit = 10 * time.Second
)

func (o Options) withDefaults() (Options, error) {
	if o.NodeID == "" || len(o.NodeID) > maxNodeID || o.Cluster == "" || o.Open == nil || o.Listener == nil || o.Deliver == nil {
		return o, ErrOptions
	}
	o.MaxData = min(cmp.Or(o.MaxData, 8<<10), maxData)
	o.Queue = cmp.Or(o.Queue, 4096)
	o.Inbox = cmp.Or(o.Inbox, 4096)
	o.Linger = cmp.Or(o.Linger, time.Second)
	if o.Lost == nil {
		o.Lost = func() {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}
