package raftgroup

import (
	"io"
	"log/slog"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"

	"ursula/core/group"
)

// Options are what an engine is made of. Observer, Logger and OnFatal are
// required.
type Options struct {
	Group  uint32
	NodeID string // this node; also its address: the transport resolves ids
	// Logs, Stable and Snapshots are given together, or left out together: then
	// they are in memory, and end with the engine.
	Logs      raft.LogStore
	Stable    raft.StableStore
	Snapshots raft.SnapshotStore
	// Transport reaches the other voters. It may be left out where there will
	// be none.
	Transport raft.Transport
	// Bootstrap makes this node the only voter if the group has no state yet.
	Bootstrap bool
	// BatchBytes bounds an entry of more than one command; 0 leaves it to the
	// batcher.
	BatchBytes int
	// TrailingLogs is how many entries stay after a snapshot, for followers that
	// are a little behind.
	TrailingLogs uint64
	// Reserve admits an entry of about n bytes to the journal. It returns an
	// error that wraps group.ErrNoSpace when there is no room. Optional.
	Reserve  func(n int) error
	Observer group.Observer
	Logger   *slog.Logger
	// OnFatal is told when the group cannot go on: a committed entry that this
	// build cannot read.
	OnFatal func(error)
}

// Timers of a group. One voter needs none of them in practice; they are long
// because a starved host misses short ones and then elects for nothing.
const (
	heartbeatTimeout = 2 * time.Second
	electionTimeout  = 2 * time.Second
	leaseTimeout     = 1500 * time.Millisecond
	commitTimeout    = 200 * time.Millisecond
	maxAppendEntries = 64
	never            = 1000 * time.Hour
)

func (o Options) withDefaults() Options {
	if o.Logs == nil {
		snapshots := raft.NewInmemSnapshotStore()
		log := newMemoryLog(snapshots)
		o.Logs, o.Stable, o.Snapshots = log, log, snapshots
	}
	if o.Transport == nil {
		_, o.Transport = raft.NewInmemTransport(raft.ServerAddress(o.NodeID))
	}
	return o
}

func (o *Options) config(notify chan<- bool) *raft.Config {
	c := raft.DefaultConfig()
	c.LocalID = raft.ServerID(o.NodeID)
	c.HeartbeatTimeout = heartbeatTimeout
	c.ElectionTimeout = electionTimeout
	c.LeaderLeaseTimeout = leaseTimeout
	c.CommitTimeout = commitTimeout
	c.MaxAppendEntries = maxAppendEntries
	c.TrailingLogs = o.TrailingLogs
	// Snapshots are asked for by whoever watches the journal's size.
	c.SnapshotInterval = never
	c.SnapshotThreshold = 1 << 62
	c.NotifyCh = notify
	c.NoLegacyTelemetry = true
	c.Logger = newLogger(o.Logger.With("group", o.Group))
	return c
}

// newLogger hands Raft's warnings and errors to slog, line by line.
func newLogger(to *slog.Logger) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{
		Name: "raft", Level: hclog.Error, Output: lineWriter{to}, DisableTime: true,
	})
}

type lineWriter struct{ to *slog.Logger }

var _ io.Writer = lineWriter{}

// Write implements io.Writer.
func (w lineWriter) Write(line []byte) (int, error) {
	n := len(line)
	for len(line) > 0 && line[len(line)-1] == '\n' {
		line = line[:len(line)-1]
	}
	w.to.Warn(string(line))
	return n, nil
}
