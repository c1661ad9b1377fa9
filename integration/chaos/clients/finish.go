package clients

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"ursula/integration/linear"
	"ursula/integration/wire"
)

var (
	errOwed   = errors.New("the cluster is healed, and yet does not answer")
	errMissed = errors.New("a live reader waits for what is there")
)

// Finish brings the history to its end, after all faults: open questions are
// answered, live readers get to the end, and every node is asked about every stream.
// An error says that the healed cluster does not do its work before ctx is done.
func (c *Crowd) Finish(ctx context.Context) error {
	for _, w := range c.workers {
		if d, ok := w.(debtor); ok {
			for d.owes() && ctx.Err() == nil {
				d.step(ctx)
			}
			if d.owes() {
				return fmt.Errorf("%w: %T", errOwed, w)
			}
		}
	}
	if err := c.farewell(ctx); err != nil {
		return err
	}
	return c.conclude(ctx)
}

// farewell appends once to each lasting stream while live readers wait at its end,
// and wants all of them to be given that.
func (c *Crowd) farewell(ctx context.Context) error {
	ends := map[string]*atomic.Int64{}
	for _, stream := range c.world.lasting {
		ends[stream] = &atomic.Int64{}
		ends[stream].Store(1 << 60)
	}
	var readers errgroup.Group
	for _, t := range c.tailers {
		readers.Go(func() error {
			if !t.until(ctx, ends[t.tail.Stream].Load) {
				return fmt.Errorf("%w: reader %d of %s is at %s", errMissed, t.id, t.tail.Stream, t.offset)
			}
			return nil
		})
	}
	for _, stream := range c.world.lasting {
		if err := c.sayGoodbye(ctx, stream, ends[stream]); err != nil {
			return errors.Join(err, readers.Wait())
		}
	}
	return readers.Wait()
}

// sayGoodbye tells readers where the end is before the append that reaches it is
// sent, so that the last thing that comes to them is that append.
func (c *Crowd) sayGoodbye(ctx context.Context, stream string, end *atomic.Int64) error {
	for ctx.Err() == nil {
		o := &linear.Op{Stream: stream, Kind: linear.Append, Token: c.last.token(), Size: c.last.size()}
		tail := &linear.Op{Stream: stream, Kind: linear.Head}
		c.last.ask(ctx, tail, head(stream))
		if tail.Outcome == linear.OK {
			end.Store(tail.Tail + int64(o.Size))
			if c.last.send(ctx, o); o.Outcome == linear.OK {
				return nil
			}
		}
		c.last.pause(ctx, again)
	}
	return fmt.Errorf("%w: an append to %s", errOwed, stream)
}

// conclude asks every node about every stream, and notes the answers also as reads.
func (c *Crowd) conclude(ctx context.Context) error {
	var all sync.WaitGroup
	errs := make([]error, len(c.world.nodes))
	for i := range c.world.nodes {
		all.Go(func() {
			for _, stream := range c.world.streams() {
				if errs[i] = c.ask(ctx, i+1, stream); errs[i] != nil {
					return
				}
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// wholly reads page by page, which is one read when nobody writes any more.
func wholly(stream string) request {
	return func(ctx context.Context, node *wire.Client) (wire.Reply, error) { return node.ReadAll(ctx, stream) }
}

func (c *Crowd) ask(ctx context.Context, node int, stream string) error {
	asker := person{id: 1000 + node, world: c.world, random: rand.New(rand.NewPCG(0, uint64(node)))}
	for ctx.Err() == nil {
		o := &linear.Op{Stream: stream, Kind: linear.Read}
		reply, whole := asker.try(ctx, node, o, wholly(stream))
		if whole && (o.Outcome == linear.OK || o.Outcome == linear.Absent) {
			c.world.notes.add(*o)
			c.world.notes.conclude(linear.Final{
				Node: node, Stream: stream, Present: o.Outcome == linear.OK,
				Closed: o.Closed, Tail: o.Tail, Content: content(o, reply),
			})
			return nil
		}
		asker.pause(ctx, again)
	}
	return fmt.Errorf("%w: node %d about %s", errOwed, node, stream)
}

// content is what a stream holds. The body of a refusal is none.
func content(o *linear.Op, reply wire.Reply) string {
	if o.Outcome != linear.OK {
		return ""
	}
	return string(reply.Body)
}
