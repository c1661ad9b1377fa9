package raftgroup

import (
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/group"
	"ursula/core/trace"
)

// Open starts the group: it restores the last snapshot, reads the log, and goes
// on from there. When this node is the only voter it elects itself at once.
// Damage is a *snapshot.CorruptionError, or one of the log store's.
func Open(o Options) (*Engine, error) {
	o = o.withDefaults()
	e := &Engine{options: o, replica: group.NewReplica(o.Observer), leader: newLeader()}
	e.leadership = newLeadership(e.led)
	e.batcher = group.NewBatcher(e.submit)
	e.batcher.Pace(o.Pace)
	if o.BatchBytes > 0 {
		e.batcher.Limit(o.BatchBytes)
	}
	if o.Tracer != nil {
		e.batcher.Trace(o.Tracer, trace.Attribute{Key: "ursula.group", Number: int64(o.Group)})
	}
	notify := make(chan bool, 16)
	if err := e.start(o.config(notify)); err != nil {
		return nil, fmt.Errorf("group %d: %w", o.Group, err)
	}
	e.followLeader()
	e.done.Go(func() { e.leadership.follow(notify, e.raft) })
	if log, ok := o.Logs.(*memoryLog); ok {
		e.done.Go(func() { e.bound(log) })
	}
	if !e.OnlyVoter() {
		return e, nil
	}
	e.alone.Store(true)
	if err := e.standAlone(); err != nil {
		return nil, errors.Join(fmt.Errorf("group %d: stand for election: %w", o.Group, err), e.Close())
	}
	return e, nil
}

func (e *Engine) led(leads bool) {
	e.replica.Lead(leads)
	e.options.Observer.Led(leads)
}

func (e *Engine) start(config *raft.Config) (err error) {
	o := &e.options
	existing, err := raft.HasExistingState(o.Logs, o.Stable, o.Snapshots)
	if err != nil {
		return fmt.Errorf("read state: %w", err)
	}
	if !existing && len(o.Bootstrap) > 0 {
		if err := e.bootstrap(config); err != nil {
			return fmt.Errorf("bootstrap: %w", err)
		}
	}
	base, err := checkContinuity(o)
	if err != nil {
		return err
	}
	logs := e.logs(base)
	if err := e.tail.findCommand(); err != nil {
		return err
	}
	m := &machine{engine: e}
	snapshots := &witness{SnapshotStore: o.Snapshots, tail: e.tail, arrived: &m.arrived}
	if e.raft, err = raft.NewRaft(config, m, logs, o.Stable, snapshots, o.Transport); err != nil {
		return fmt.Errorf("start: %w", errors.Join(err, snapshots.cause(), m.broken))
	}
	snapshots.sends(e.raft)
	e.tail.open()
	return nil
}

func (e *Engine) bootstrap(config *raft.Config) error {
	o := &e.options
	var first raft.Configuration
	for _, id := range o.Bootstrap {
		first.Servers = append(first.Servers, raft.Server{ID: raft.ServerID(id), Address: raft.ServerAddress(id)})
	}
	return raft.BootstrapCluster(config, o.Logs, o.Stable, o.Snapshots, o.Transport, first)
}

// standAlone makes a follower look at its leader's silence now instead of when its
// timer ends: shortening the timeout wakes it. Only for an only voter, whom
// nobody else can have heard from.
func (e *Engine) standAlone() error {
	c := e.raft.ReloadableConfig()
	c.HeartbeatTimeout -= time.Millisecond
	return e.raft.ReloadConfig(c)
}

// OnlyVoter reports whether this node is all there is of the group.
func (e *Engine) OnlyVoter() bool {
	f := e.raft.GetConfiguration()
	return f.Error() == nil && onlyServer(f.Configuration(), e.options.NodeID)
}
