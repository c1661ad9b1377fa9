package load

import (
	"context"
	"math/rand/v2"

	"golang.org/x/sync/errgroup"

	"ursula/integration/wire"
)

// worker does one request after the other. Step returns an error when the
// request got no answer: the worker then stops, and takes up the same request
// in the next run if it must.
type worker interface {
	step(ctx context.Context) error
}

// Cast is how many workers of each kind there are.
type Cast struct {
	Producers, Plain, Creators, Closers, Deleters, Forkers, Readers int
}

// Crew is a cast at work on a world.
type Crew struct {
	world   *World
	workers []worker
}

// NewCrew makes the workers of a cast, each with random choices of its own that
// follow from the seed.
func NewCrew(world *World, cast Cast, seed uint64) *Crew {
	c := &Crew{world: world}
	hire := func(count int, make func(common) worker) {
		for range count {
			random := rand.New(rand.NewPCG(seed, uint64(len(c.workers))))
			c.workers = append(c.workers, make(common{world: world, random: random}))
		}
	}
	hire(cast.Creators, func(b common) worker { return &creator{common: b, id: world.writer()} })
	hire(cast.Producers, func(b common) worker { return newProducer(b) })
	hire(cast.Plain, func(b common) worker { return &plain{common: b, id: world.writer()} })
	hire(cast.Closers, func(b common) worker { return &closer{common: b} })
	hire(cast.Deleters, func(b common) worker { return &deleter{common: b} })
	hire(cast.Forkers, func(b common) worker { return &forker{common: b} })
	hire(cast.Readers, func(b common) worker { return &reader{common: b} })
	return c
}

// Run lets everybody work until the server is dead, or ctx is done, for each of
// them. When it returns, no request is under way.
func (c *Crew) Run(ctx context.Context) {
	var group errgroup.Group
	for _, w := range c.workers {
		group.Go(func() error {
			for ctx.Err() == nil {
				if err := w.step(ctx); err != nil {
					return nil
				}
			}
			return nil
		})
	}
	_ = group.Wait() // the workers return no errors
	c.world.client.Forget()
}

// Finish takes up the requests that producers and creators still owe, until
// they are answered.
func (c *Crew) Finish(ctx context.Context) error {
	for _, w := range c.workers {
		debtor, ok := w.(interface{ owes() bool })
		for ok && debtor.owes() {
			if err := w.step(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// common is what every worker has.
type common struct {
	world  *World
	random *rand.Rand
}

// chance is true once in n times.
func (c *common) chance(n int) bool { return c.random.IntN(n) == 0 }

// size draws the size of an append: mostly small, now and then large enough to
// move segments and the hot budget along.
func (c *common) size() int {
	if c.chance(20) {
		return 8_000 + c.random.IntN(56_000)
	}
	return 30 + c.random.IntN(500)
}

// refused says that a request was turned down for certain.
func refused(reply wire.Reply) bool { return !reply.OK() && !reply.Unsure() }
