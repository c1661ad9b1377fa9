package clients

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"ursula/integration/linear"
	"ursula/integration/wire"
)

// Crowd is all clients of one history.
type Crowd struct {
	world   *world
	workers []worker
	tailers []*tailer
	last    *plain // who writes before and after everybody else
}

var errNotMade = errors.New("the streams could not be made")

// New makes the clients of the nodes at the addresses given, such as
// "http://127.0.0.1:4437", whose clocks will differ by skew at most. Their choices
// follow from the seed.
func New(seed uint64, urls []string, skew time.Duration) *Crowd {
	nodes := make([]*wire.Client, len(urls))
	for i, url := range urls {
		nodes[i] = wire.New(url)
	}
	c := &Crowd{world: newWorld(nodes, &notebook{begin: time.Now(), skew: skew})}
	ids := 0
	hire := func() person {
		ids++
		return person{id: ids, world: c.world, random: rand.New(rand.NewPCG(seed, uint64(ids)))}
	}
	for number := range 3 {
		c.workers = append(c.workers, &producer{person: hire(), number: number + 1, next: map[string]int{}})
	}
	for range 2 {
		c.workers = append(c.workers, &plain{hire()}, &reader{hire()})
	}
	c.workers = append(c.workers, &closer{person: hire()}, &phoenix{person: hire()},
		&forker{person: hire()}, &testator{person: hire()}, &hauler{person: hire()}, &hauler{person: hire()},
		&mayfly{person: hire(), ttl: time.Second}, &mayfly{person: hire(), ttl: outlasting(skew)},
		&mayfly{person: hire(), ttl: outlasting(skew), shared: true})
	for number := range 4 {
		t := newTailer(hire(), number%2 == 0)
		c.tailers = append(c.tailers, t)
		c.workers = append(c.workers, t)
	}
	c.last = &plain{hire()}
	return c
}

// Prepare makes the lasting streams.
func (c *Crowd) Prepare(ctx context.Context) error {
	for _, stream := range c.world.lasting {
		for {
			o := &linear.Op{Stream: stream, Kind: linear.Create}
			c.last.create(ctx, o)
			if answered(o) {
				break
			}
			if c.last.pause(ctx, again); ctx.Err() != nil {
				return fmt.Errorf("%w: %v", errNotMade, o)
			}
		}
	}
	return nil
}

// Run lets everybody work until ctx is done. When it returns nothing is under way.
func (c *Crowd) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, w := range c.workers {
		all.Go(func() {
			for ctx.Err() == nil {
				w.step(ctx)
			}
		})
	}
	all.Wait()
	for _, node := range c.world.nodes {
		node.Forget()
	}
}

// At is a moment as the history tells it: the time since it began.
func (c *Crowd) At(moment time.Time) time.Duration { return moment.Sub(c.world.notes.begin) }

// DiskFull says that a disk was full between two moments: reads go on then, and may not
// renew the lifetime of what they read. Call it when nothing is under way.
func (c *Crowd) DiskFull(from, to time.Time) {
	c.world.notes.unrenewed(c.At(from), c.At(to))
}

// History is what the crowd saw, and the answers that no rule allows. Call it when
// nothing is under way.
func (c *Crowd) History() (*linear.History, []string) {
	h, surprises := c.world.notes.copy()
	for _, t := range c.tailers {
		h.Tails = append(h.Tails, t.tail)
	}
	return &h, surprises
}
