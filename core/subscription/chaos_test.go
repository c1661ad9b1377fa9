package subscription_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/stream"
	"ursula/core/subscription"
)

// Whatever fails in between, once things are calm every byte of every stream
// has been shown to somebody who acknowledged it. The seed is logged, but the
// goroutines' order is not part of it.
func TestNothingIsLostWhateverFails(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			inWorld(t, func(w *world) { newChaos(w, seed).run() })
		})
	}
}

type chaos struct {
	*world
	random *rand.Rand
	faulty atomic.Bool
	faults atomic.Uint64
	claim  *subscription.Claim // of the pull-wake subscription, when one is held
}

func newChaos(w *world, seed uint64) *chaos {
	c := &chaos{world: w, random: rand.New(rand.NewPCG(seed, 0))}
	c.records.Fail(func(string, string) error { return c.fault(7) })
	c.streams.Fail(func(string, string) error { return c.fault(11) })
	w.Close()
	w.limits = subscription.Limits{Hints: 3}
	w.start()
	return c
}

// fault fails every nth operation while times are bad.
func (c *chaos) fault(nth uint64) error {
	if c.faulty.Load() && c.faults.Add(1)%nth == 0 {
		return errors.New("out of reach")
	}
	return nil
}

func (c *chaos) run() {
	c.streams.Create("wake/pool")
	c.webhook("hook", "events/**")
	c.pull("pull", "events/**")
	c.faulty.Store(true)
	for range 150 {
		c.step()
	}
	c.faulty.Store(false)
	c.claim = nil
	c.calm()
}

func (c *chaos) step() {
	switch n := c.random.IntN(10); {
	case n < 4:
		c.streams.Write(fmt.Sprintf("events/%d", c.random.IntN(6)), "x")
	case n < 6:
		c.answer(c.random.IntN(3))
	case n < 8:
		c.work(context.Background())
	case n < 9:
		time.Sleep(time.Duration(c.random.IntN(8000)) * time.Millisecond)
	default:
		c.crash()
	}
	if c.random.IntN(2) == 0 {
		synctest.Wait()
	}
}

// crash replaces the manager; like a node, it tries until its records answer.
func (c *chaos) crash() {
	c.faulty.Store(false)
	c.restart(time.Duration(c.random.IntN(15_000)) * time.Millisecond)
	c.faulty.Store(true)
}

// answer ends a delivery: well, not finished, or badly.
func (c *chaos) answer(how int) {
	d := c.endpoint.Poll()
	switch {
	case d == nil:
	case how == 2:
		d.Answer(false, errEndpoint)
	default:
		d.Answer(how == 1, nil)
	}
}

// work claims, or acknowledges a part of what was claimed, as a worker would.
func (c *chaos) work(ctx context.Context) {
	if c.claim == nil {
		if claim, err := c.Claim(ctx, "pull", "worker"); err == nil {
			c.claim = &claim
		}
		return
	}
	var acks []subscription.Ack
	for _, view := range c.claim.Streams {
		if c.random.IntN(2) == 0 {
			acks = append(acks, subscription.Ack{Stream: view.Path, Offset: view.Tail})
		}
	}
	_, _ = c.Ack(ctx, "pull", report(*c.claim, c.random.IntN(2) == 0, acks...))
	if c.random.IntN(2) == 0 {
		c.claim = nil
	}
}

// calm lets workers that do their work finish, and looks at what they saw. It looks for
// deliveries twice in the time that one may take: one that is found later has failed.
func (c *chaos) calm() {
	for i := range 120 {
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if d := c.endpoint.Poll(); d != nil {
			d.Answer(true, nil)
		}
		if i%3 == 0 {
			c.finishPull()
		}
	}
	synctest.Wait()
	events := wakeEvents(c.world)
	for _, id := range []string{"hook", "pull"} {
		c.wantAllAcknowledged(id)
	}
	c.streams.Write("events/0", "x") // and both still listen
	c.delivery().Answer(true, nil)
	if n := wakeEvents(c.world); n != events+1 {
		c.t.Errorf("%d wake events after one append, want 1", n-events)
	}
}

func (c *chaos) finishPull() {
	claim, err := c.Claim(context.Background(), "pull", "worker")
	if err != nil {
		return
	}
	var acks []subscription.Ack
	for _, view := range claim.Streams {
		acks = append(acks, subscription.Ack{Stream: view.Path, Offset: view.Tail})
	}
	_, err = c.Ack(context.Background(), "pull", report(claim, true, acks...))
	c.check(err)
}

func (c *chaos) wantAllAcknowledged(id string) {
	c.t.Helper()
	d, err := c.Describe(context.Background(), id)
	c.check(err)
	acked := make(map[string]uint64)
	for _, link := range d.Streams {
		acked[link.Path] = link.Acked
	}
	c.check(c.streams.Each(context.Background(), func(info stream.Info) bool {
		path := info.Name.Path()
		if strings.HasPrefix(path, "events/") && acked[path] != info.Tail {
			c.t.Errorf("%s acknowledged %d of %d bytes of %s: %+v", id, acked[path], info.Tail, path, d.Subscription)
		}
		return true
	}))
}
