package raftgroup

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"

	"ursula/core/group"
	"ursula/core/trace"
)

// Transport carries a group's messages to the other voters. A request to append tells
// of no commit beyond its own last entry: Raft takes whatever a follower has up to a
// leader's commit for the leader's own, but only what was compared is.
type Transport = raft.Transport

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
	// Bootstrap begins the group with these voters if it has no state yet. All of
	// them must be given the same ones.
	Bootstrap []string
	// Timers are those of a lone voter when left out.
	Timers Timers
	// Verify is required where there may be other voters.
	Verify Verify
	// BatchBytes bounds an entry of more than one command; 0 leaves it to the
	// batcher.
	BatchBytes int
	// TrailingLogs is how many entries stay after a snapshot, for followers that
	// are a little behind.
	TrailingLogs uint64
	// Clock stamps the commands that had to wait for an election, in Unix
	// milliseconds. Optional.
	Clock func() int64
	// Pace is group.Batcher's: it waits while the log is busy with other groups'
	// entries. Optional.
	Pace func()
	// Reserve admits an entry of about n bytes to the journal. It returns an
	// error that wraps group.ErrNoSpace when there is no room. Optional.
	Reserve func(n int) error
	// Succeeded is told when another node leads than the last one that did, this one or
	// not. It is called from Raft's goroutines and must not block. May be nil.
	Succeeded func()
	// Silent is told of a leader that this node has not heard for as long as Timers
	// allow. It must not block. Optional.
	Silent   func(leader string)
	Observer group.Observer
	Tracer   trace.Tracer // optional: nil follows nothing
	Logger   *slog.Logger
	// OnFatal is told when the group cannot go on: a committed entry that this
	// build cannot read.
	OnFatal func(error)
}

const (
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
	if o.Timers == (Timers{}) {
		o.Timers = loneTimers()
	}
	return o
}

func (o *Options) config(notify chan<- bool) *raft.Config {
	c := raft.DefaultConfig()
	c.LocalID = raft.ServerID(o.NodeID)
	c.HeartbeatTimeout = o.Timers.Heartbeat
	c.ElectionTimeout = o.Timers.Election
	c.LeaderLeaseTimeout = o.Timers.Lease
	c.CommitTimeout = o.Timers.Commit
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

// newLogger hands Raft's errors to slog, line by line.
func newLogger(to *slog.Logger) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{
		Name: "raft", Level: hclog.Error, Output: lineWriter{to}, DisableTime: true,
	})
}

// peerTrouble begins what Raft says, for each group and attempt, while another
// node cannot be reached. The transport says it once.
func peerTrouble() []string {
	return []string{"failed to heartbeat to", "failed to appendEntries to", "failed to make requestVote RPC",
		"failed to make requestPreVote RPC", "failed to pipeline appendEntries", "failed to start pipeline replication",
		"failed to send snapshot to", "failed to install snapshot", "unable to connect to"}
}

type lineWriter struct{ to *slog.Logger }

var _ io.Writer = lineWriter{}

// Write implements io.Writer.
func (w lineWriter) Write(line []byte) (int, error) {
	n := len(line)
	for len(line) > 0 && line[len(line)-1] == '\n' {
		line = line[:len(line)-1]
	}
	said := string(line)
	level := slog.LevelWarn
	if slices.ContainsFunc(peerTrouble(), func(t string) bool { return strings.Contains(said, t) }) {
		level = slog.LevelDebug
	}
	w.to.Log(context.Background(), level, said)
	return n, nil
}
