package forward

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"ursula/core/group"
	"ursula/core/stream"
	"ursula/core/trace"
)

// Engine is a group.Engine that proposes and confirms wherever its group is led.
// Everything else is about this node's own replica.
type Engine struct {
	Local
	id        uint32
	self      string
	calls     Caller
	questions *Questions
	clock     func() int64
	counts    counts
	skew      atomic.Pointer[skew]
	pool      sync.Pool    // of *[]byte, for encoded commands
	tracer    trace.Tracer // nil: nothing is followed
}

// New returns the engine of group id on node self.
func New(id uint32, self string, local Local, calls Caller, questions *Questions, clock func() int64) *Engine {
	return &Engine{Local: local, id: id, self: self, calls: calls, questions: questions, clock: clock}
}

// tryAgain is the pause before a node is asked again that could not be reached, or
// that does not yet know that it leads.
const tryAgain = 25 * time.Millisecond

// Propose implements group.Engine.
func (e *Engine) Propose(ctx context.Context, c *stream.Command) (stream.Result, error) {
	var waited patience
	for {
		leader, changed := e.leader()
		r, err := e.propose(ctx, leader, c)
		if err == nil || !e.mayRepeat(c, err) || !waited.pause(ctx, changed) {
			return r, err
		}
		e.counts.repeated.Add(1)
	}
}

func (e *Engine) propose(ctx context.Context, leader string, c *stream.Command) (stream.Result, error) {
	if leader != e.self {
		r, err := e.send(ctx, leader, MethodPropose, c)
		e.counts.sent(err)
		return r, err
	}
	ctx, cancel := e.await(ctx)
	defer cancel()
	return e.Local.Propose(ctx, c)
}

// await bounds a wait for an election; while this node leads there is nothing to
// bound, and nothing to pay.
func (e *Engine) await(ctx context.Context) (context.Context, context.CancelFunc) {
	if e.Local.Leads() {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, electionPatience)
}

// leader returns who is to be asked: this node as long as nobody else is known,
// for its own engine waits for the election.
func (e *Engine) leader() (id string, changed <-chan struct{}) {
	if e.Local.Leads() {
		return e.self, nil
	}
	if id, changed = e.Local.Leader(); id == "" {
		id = e.self
	}
	return id, changed
}

// mayRepeat says whether a command can be sent again after err: it did not
// happen, or else the group recognises it.
func (e *Engine) mayRepeat(c *stream.Command, err error) bool {
	var there *remoteError
	switch {
	case errors.Is(err, group.ErrUnknownOutcome):
		return recognised(c)
	case errors.Is(err, group.ErrNoLeader):
		return true
	case errors.Is(err, group.ErrShutdown):
		return errors.As(err, &there) // the leader's node ends; this one does not
	}
	return false
}

// recognised says whether the group knows a command that it has carried out.
func recognised(c *stream.Command) bool { return c.Producer.ID != "" || c.Op == stream.OpTouch }

// patience is how long a request has waited for a group that nobody leads. It
// begins with the first pause: a request that never waits does not look at a
// clock.
type patience struct{ end time.Time }

// wholePatience is when it ends.
const wholePatience = 10 * time.Second

// pause waits until it may be worth asking again, and reports false when that
// has taken too long already.
func (p *patience) pause(ctx context.Context, changed <-chan struct{}) bool {
	if p.end.IsZero() {
		p.end = time.Now().Add(wholePatience)
	}
	t := time.NewTimer(tryAgain)
	defer t.Stop()
	select {
	case <-t.C:
	case <-changed:
	case <-ctx.Done():
		return false
	}
	return time.Now().Before(p.end)
}

// Drive has the leader bring a fork in the making to its end. It is not tried
// again: whoever leads finds the fork, and goes on with it.
func (e *Engine) Drive(ctx context.Context, name stream.Name, f *stream.Fork) (stream.Result, error) {
	leader, _ := e.leader()
	if leader == e.self {
		return stream.Result{}, group.ErrNoLeader
	}
	return e.send(ctx, leader, MethodDrive, &stream.Command{Op: stream.OpActivate, Name: name, Fork: f})
}

// send has the leader carry out a command. When another node leads it is left if it
// can be sent again.
func (e *Engine) send(ctx context.Context, leader string, m Method, c *stream.Command) (stream.Result, error) {
	head, call := e.traced(ctx, leader, m)
	r, err := e.sendWith(ctx, leader, m, head, c)
	end(call, err)
	return r, err
}

func (e *Engine) sendWith(ctx context.Context, leader string, m Method, head []byte, c *stream.Command) (stream.Result, error) {
	buffer, ok := e.pool.Get().(*[]byte)
	if !ok {
		buffer = new([]byte)
	}
	*buffer = stream.AppendCommand((*buffer)[:0], c)
	until := Until{Over: e.Local.Succeeded(leader), Again: recognised(c)}
	answer, err := e.calls.CallUntil(ctx, until, leader, m, head, *buffer)
	if cap(*buffer) <= maxPooled {
		e.pool.Put(buffer)
	}
	if err != nil {
		return stream.Result{}, lost(err)
	}
	encoded, err := body(leader, answer)
	if errors.Is(err, errWire) {
		err = lost(err)
	}
	if err != nil {
		return stream.Result{}, err
	}
	r, err := stream.DecodeResult(encoded)
	if err != nil {
		return r, fmt.Errorf("%w: %w", group.ErrUnknownOutcome, err)
	}
	return r, nil
}

// maxPooled keeps the buffer of one large body from being kept for ever.
const maxPooled = 64 << 10

// lost says what a call means that has no answer.
func lost(err error) error {
	if errors.Is(err, ErrUnreachable) {
		return fmt.Errorf("%w: %w", group.ErrNoLeader, err)
	}
	return fmt.Errorf("%w: %w", group.ErrUnknownOutcome, err)
}
