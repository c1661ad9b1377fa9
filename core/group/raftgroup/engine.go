package raftgroup

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/group"
	"ursula/core/stream"
)

// Engine is a group.Engine over Raft.
type Engine struct {
	options    Options
	raft       *raft.Raft
	replica    *group.Replica
	batcher    *group.Batcher
	leadership *leadership
	leader     *leader
	progress   progress
	instant    instant
	foretold   foretold
	elections  elections
	tail       *tailLog
	// alone says that this node is the only member of the group. It is cleared
	// before another may count, and set when that is committed.
	alone    atomic.Bool
	changing atomic.Int32  // changes of members without outcome
	rivals   atomic.Int32  // successions in which one other node may stand
	outdone  atomic.Uint64 // newest term whose candidate lacked entries; 0 once it is replaced
	voters   atomic.Pointer[voters]
	done     sync.WaitGroup
	ending   sync.Once
}

// Propose implements group.Engine.
func (e *Engine) Propose(ctx context.Context, c *stream.Command) (stream.Result, error) {
	if !e.Leads() {
		if err := e.leadership.wait(ctx, e.elsewhere); err != nil {
			return stream.Result{}, err
		}
		if e.options.Clock != nil {
			c.Now = e.options.Clock() // the election took its time
		}
	}
	if err := e.reserve(c); err != nil {
		return stream.Result{}, err
	}
	return e.batcher.Propose(ctx, c)
}

// Begin is Propose for who cannot wait (group.Batcher.Begin): where this node does
// not lead it is refused with group.ErrNoLeader.
func (e *Engine) Begin(c *stream.Command, reply group.Reply) error {
	if !e.Leads() {
		return group.ErrNoLeader
	}
	if err := e.reserve(c); err != nil {
		return err
	}
	return e.batcher.Begin(c, reply)
}

// reserve asks for room for what grows the log, renewals by reads included: there may be
// any number of them while the disk is full. Commands that help to free space are let
// through to the journal's own reserve.
func (e *Engine) reserve(c *stream.Command) error {
	if e.options.Reserve == nil {
		return nil
	}
	switch c.Op {
	case stream.OpCreate, stream.OpAppend, stream.OpRecord, stream.OpTouch:
		return e.options.Reserve(len(c.Data) + len(c.Name) + 256)
	}
	return nil
}

// submit replicates one entry. Only errors that Raft gives before it takes the
// entry are certain to mean that nothing happened.
func (e *Engine) submit(entry []byte) ([]stream.Result, error) {
	f := e.raft.Apply(entry, 0)
	switch err := f.Error(); {
	case err == nil:
	case errors.Is(err, raft.ErrNotLeader), errors.Is(err, raft.ErrLeadershipTransferInProgress):
		return nil, fmt.Errorf("%w: %w", group.ErrNoLeader, err)
	default:
		return nil, fmt.Errorf("%w: %w", group.ErrUnknownOutcome, err)
	}
	switch response := f.Response().(type) {
	case []stream.Result:
		return response, nil
	case error:
		return nil, fmt.Errorf("%w: %w", group.ErrUnknownOutcome, response)
	}
	return nil, group.ErrUnknownOutcome
}

// Replica implements group.Engine.
func (e *Engine) Replica() *group.Replica { return e.replica }

// Group is the group's number.
func (e *Engine) Group() uint32 { return e.options.Group }

// Leads implements group.Engine.
func (e *Engine) Leads() bool { return e.leadership.term() != 0 }

// Term implements group.Engine.
func (e *Engine) Term() uint64 { return e.leadership.term() }

// Compact implements group.Engine.
func (e *Engine) Compact(ctx context.Context) error {
	err := e.await(ctx, func() raft.Future { return e.raft.Snapshot() })
	if errors.Is(err, raft.ErrNothingNewToSnapshot) {
		return nil
	}
	return err
}

// bound keeps a log in memory from growing for ever.
func (e *Engine) bound(log *memoryLog) {
	for {
		select {
		case <-log.full:
		case <-e.leadership.closed:
			return
		}
		if err := e.raft.Snapshot().Error(); err != nil && !errors.Is(err, raft.ErrNothingNewToSnapshot) {
			e.options.Logger.Warn("cannot shorten the log in memory", "group", e.options.Group, "error", err)
		}
	}
}

// awaiting is a transport on which a leader's requests wait for followers that are
// away.
type awaiting interface {
	Reaches(node string) bool
	Quit() // ends the waits, and has all further requests of a leader fail
}

// Close implements group.Engine. What is under way ends first, barriers
// included: Raft's shutdown forgets entries that are committed and not yet
// applied, and leaves whoever waits for them without an answer.
func (e *Engine) Close() (err error) {
	e.ending.Do(func() {
		e.finish()
		close(e.leadership.closed)
		e.tail.close()
		e.done.Wait()
		e.quit()
		err = e.raft.Shutdown().Error()
		e.leadership.set(0)
	})
	return err
}

// finish returns when what is under way has its outcome. An entry that the followers have no
// room for has none as long as they answer heartbeats; after as much time as a leader leads
// without hearing of them, this one does not hear of them any more.
func (e *Engine) finish() {
	stuck := time.AfterFunc(e.options.Timers.Lease, e.quit)
	defer stuck.Stop()
	e.batcher.Close()
}

func (e *Engine) quit() {
	if to, ok := e.options.Transport.(awaiting); ok {
		to.Quit()
	}
}
