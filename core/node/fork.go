package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"ursula/core/forward"
	"ursula/core/group"
	"ursula/core/stream"
)

func (n *Node) exists(ctx context.Context, name stream.Name) (bool, error) {
	_, err := n.Head(ctx, name)
	if errors.Is(err, stream.ErrNotFound) {
		return false, nil
	}
	return err == nil || errors.Is(err, stream.ErrGone), unless(err, stream.ErrGone)
}

func unless(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// resolveFork settles what a request to make a fork left to the source, unless
// there is a stream already that the request can only confirm.
func (n *Node) resolveFork(ctx context.Context, c *stream.Command) error {
	if c.Fork == nil {
		return nil
	}
	if exists, err := n.exists(ctx, c.Name); exists || err != nil {
		return err
	}
	return n.followSource(ctx, c)
}

// followSource fills in what depends on the source: the content type, the
// lifetime, and the position at which the fork diverges.
func (n *Node) followSource(ctx context.Context, c *stream.Command) error {
	source, err := n.Head(ctx, c.Fork.Source)
	switch {
	case errors.Is(err, stream.ErrGone):
		return stream.ErrForkConflict
	case err != nil:
		return err
	case c.ContentType != "" && stream.MediaType(c.ContentType) != stream.MediaType(source.ContentType):
		return stream.ErrContentType
	}
	if c.ContentType == "" {
		if c.ContentType = source.ContentType; source.JSON && len(c.Data) > 0 {
			if c.Data, err = stream.FrameJSON(nil, c.Data, true); err != nil {
				return err
			}
		}
	}
	if c.Fork.Inherits {
		c.Lifetime = source.Lifetime
	}
	c.Fork.SourceID = source.ID
	c.Fork.Ref = rand.Text()
	c.Fork.At, err = n.divergence(ctx, c.Fork, source)
	return err
}

// driveFork takes a pending fork from its source's consent to visibility, or
// takes it back when the source refuses. That is done where the fork's group is
// led, so that one process at a time drives it.
func (n *Node) driveFork(ctx context.Context, name stream.Name, f *stream.Fork) (stream.Result, error) {
	if e, ok := n.group(name).engine.(*forward.Engine); ok && !e.Leads() {
		return answer(e.Drive(ctx, name, f))
	}
	end, err := n.drives.begin(ctx, name)
	if err != nil {
		return stream.Result{}, unavailable(fmt.Errorf("%w: %w", group.ErrUnknownOutcome, err))
	}
	defer end()
	result, err := n.drive(ctx, name, f)
	if err != nil {
		n.settler.wake(n.group(name))
	}
	return result, err
}

func (n *Node) drive(ctx context.Context, name stream.Name, f *stream.Fork) (stream.Result, error) {
	granted, err := n.retain(ctx, name, f)
	if err != nil {
		return granted, unavailable(err)
	}
	next := stream.Command{Op: stream.OpActivate, Name: name, Ref: f.Ref}
	if granted.Err != nil {
		next.Op = stream.OpAbandon
	}
	result, err := n.group(name).propose(ctx, &next)
	switch {
	case err != nil:
		return result, unavailable(err)
	case granted.Err != nil:
		return result, granted.Err
	case errors.Is(result.Err, stream.ErrNotFound):
		return result, n.undo(ctx, f)
	case result.Err != nil:
		return result, result.Err
	}
	n.expiry.expect(result.Info.Lifetime, n.now())
	return result, nil
}

// undo gives back the reference that a driver took who was late: another one had
// brought the fork to its end, and it is deleted already. Releasing what was
// released before changes nothing.
func (n *Node) undo(ctx context.Context, f *stream.Fork) error {
	source := n.group(f.Source)
	err := source.carryOut(ctx, &stream.Command{Op: stream.OpRelease, Name: f.Source, ID: f.SourceID, Ref: f.Ref})
	if err != nil {
		return unavailable(err)
	}
	n.released(source)
	return stream.ErrNotFound
}

// retain asks the source for the reference, unless the fork is pending no more:
// then it has the reference, or has given it back already.
func (n *Node) retain(ctx context.Context, name stream.Name, f *stream.Fork) (stream.Result, error) {
	if err := n.group(name).confirm(ctx); err != nil { // a replica that is behind knows of no fork
		return stream.Result{}, err
	}
	var pending *stream.Fork
	n.group(name).engine.Replica().View(func(m *stream.Machine) { pending = m.PendingForks()[name] })
	if pending == nil || pending.Ref != f.Ref {
		return stream.Result{}, nil
	}
	return n.group(f.Source).propose(ctx, &stream.Command{
		Op: stream.OpRetain, Name: f.Source, ID: f.SourceID, At: f.At, Ref: f.Ref,
	})
}
