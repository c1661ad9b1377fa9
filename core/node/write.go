package node

import (
	"context"
	"errors"
	"fmt"

	"ursula/core/bucket/peerbucket"
	"ursula/core/cold"
	"ursula/core/group"
	"ursula/core/protocol/store"
	"ursula/core/stream"
)

var _ store.Writer = (*Node)(nil)

// Create implements store.Writer. A fork in the making that holds the name is
// driven to its end first, and then judged like any stream that exists.
func (n *Node) Create(ctx context.Context, c *stream.Command) (stream.Result, error) {
	size := int64(len(c.Data))
	if err := n.admit(size); err != nil {
		return stream.Result{}, err
	}
	defer n.arriving.Add(-size)
	c.Op = stream.OpCreate
	if c.Fork != nil {
		c.Fork.Inherits = c.Lifetime == stream.Forever()
	}
	for {
		if err := n.resolveFork(ctx, c); err != nil {
			return stream.Result{}, err
		}
		if result, again, err := n.tryCreate(ctx, c); !again {
			return result, err
		}
	}
}

// tryCreate proposes a create; again says that a fork in the making was in its
// way and is no more.
func (n *Node) tryCreate(ctx context.Context, c *stream.Command) (r stream.Result, again bool, err error) {
	g := n.group(c.Name)
	r, err = g.propose(ctx, c)
	switch {
	case err != nil:
		n.settler.wake(g)
		return r, false, unavailable(err)
	case r.Pending != nil:
		others := r.Err != nil || c.Fork.SourceID == 0
		r, err = n.driveFork(ctx, c.Name, r.Pending)
		return r, others && !errors.Is(err, store.ErrUnavailable), err
	case r.Err == nil:
		n.expiry.expect(c.Lifetime, c.Now)
	}
	return r, false, r.Err
}

// Append implements store.Writer.
func (n *Node) Append(ctx context.Context, c *stream.Command) (stream.Result, error) {
	size := int64(len(c.Data))
	if err := n.admit(size); err != nil {
		return stream.Result{}, err
	}
	defer n.arriving.Add(-size)
	c.Op = stream.OpAppend
	c.Limits.Producers = n.options.MaxProducers
	return answer(n.group(c.Name).propose(ctx, c))
}

// Delete implements store.Writer.
func (n *Node) Delete(ctx context.Context, name stream.Name) error {
	_, err := answer(n.group(name).propose(ctx, &stream.Command{Op: stream.OpDelete, Name: name}))
	return err
}

// released follows the end of a stream: it may have been a fork with a reference
// to give back, and objects may have become garbage. It never waits.
func (n *Node) released(g *member) {
	n.settler.wake(g)
	n.flusher.Kick()
}

// admit refuses data that the node has no memory for, and otherwise counts it as
// arriving: together with what rings hold it stays below the reject mark. Whoever
// called it takes the bytes out again when they are in a ring.
func (n *Node) admit(size int64) error {
	if err := n.reserveHot(size); err != nil {
		return unavailable(err)
	}
	return nil
}

func (n *Node) reserveHot(size int64) error {
	arriving := n.arriving.Add(size)
	if size == 0 {
		return nil
	}
	err := n.budget.Admit(arriving)
	if err != nil {
		n.arriving.Add(-size)
	}
	return err
}

// answer turns a proposal's two errors into the one of the port.
func answer(r stream.Result, err error) (stream.Result, error) {
	if err != nil {
		return r, unavailable(err)
	}
	return r, r.Err
}

// unavailable marks the errors after which a client should try again.
func unavailable(err error) error {
	for _, transient := range []error{
		cold.ErrOverBudget, group.ErrOverloaded, group.ErrNoSpace, group.ErrNoLeader,
		group.ErrUnknownOutcome, group.ErrShutdown, peerbucket.ErrUnavailable,
	} {
		if errors.Is(err, transient) {
			return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
		}
	}
	return err
}
