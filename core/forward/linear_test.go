package forward_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/group"
	"ursula/core/stream"
)

// history is one producer's appends of a byte each, and what readers see of them.
// The stream is a register that only grows: a read must not show less than was
// acknowledged before it began, nor more than was begun before it ended.
type history struct {
	*cluster
	rng *rand.Rand

	acknowledged, begun atomic.Uint64
	reads               atomic.Uint64
}

// Links fail at random, in one direction or in both, and leaderships move, while
// one client writes and others read, all on any node. Goroutines make runs of a
// seed differ a little, so a failure logs its history.
func TestConfirmedReadsAreLinearizable(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { linearizable(t, seed) })
		})
	}
}

func linearizable(t *testing.T, seed uint64) {
	h := &history{cluster: newCluster(t, seed, 20*time.Millisecond), rng: rand.New(rand.NewPCG(seed, 1))}
	h.leader().mustPropose(t, creation())
	ctx, stop := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	clients.Go(func() { h.write(ctx, rand.New(rand.NewPCG(seed, 2))) })
	for _, host := range h.hosts {
		clients.Go(func() { h.read(ctx, host) })
	}
	for range 12 {
		h.disturb()
		time.Sleep(time.Duration(h.rng.Int64N(int64(4 * time.Second))))
	}
	h.net.Heal()
	time.Sleep(10 * time.Second)
	stop()
	clients.Wait()
	h.check()
	h.close()
}

// disturb does one thing to the network or the leadership.
func (h *history) disturb() {
	one, two := h.hosts[h.rng.IntN(3)], h.hosts[h.rng.IntN(3)]
	what := h.rng.IntN(7)
	h.t.Logf("%v: %d on %s and %s", time.Now().Format("05.000"), what, one.id, two.id)
	switch what {
	case 0:
		h.net.Isolate(one.id)
	case 1:
		h.net.Cut(func(from, _ string) bool { return from == one.id })
	case 2:
		h.net.Cut(func(_, to string) bool { return to == one.id })
	case 3:
		h.net.Cut(func(from, to string) bool { return from == one.id && to == two.id })
	case 4:
		h.transfer(one, two)
	case 5: // the leader hears neither of the vote nor of the new leader
		one = h.leader()
		go h.transfer(one, two)
		time.Sleep(time.Duration(h.rng.Int64N(int64(40 * time.Millisecond))))
		h.net.Cut(func(_, to string) bool { return to == one.id })
	default:
		h.net.Heal()
	}
}

// transfer is refused where from does not lead.
func (h *history) transfer(from, to *host) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = from.local.Transfer(ctx, to.id)
}

// write repeats each append until it is acknowledged, on any node. Now and then it rests
// until logs have come to their end everywhere.
func (h *history) write(ctx context.Context, rng *rand.Rand) {
	for i := 0; ctx.Err() == nil; {
		h.begun.Store(uint64(i) + 1)
		attempt, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		err := h.hosts[rng.IntN(3)].propose(attempt, numbered(i))
		cancel()
		if err == nil {
			i++
			h.acknowledged.Store(uint64(i))
		}
		rest := 20 * time.Millisecond
		if rng.IntN(20) == 0 {
			rest = time.Second
		}
		time.Sleep(time.Duration(rng.Int64N(int64(rest))))
	}
}

func (h *history) read(ctx context.Context, at *host) {
	for ctx.Err() == nil {
		before := h.acknowledged.Load()
		attempt, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		err := at.engine.Confirm(attempt)
		cancel()
		switch tail := at.tail(); {
		case errors.Is(err, group.ErrNoLeader):
		case err != nil:
			h.t.Errorf("Confirm on %s: %v", at.id, err)
		case tail < before || tail > h.begun.Load():
			h.t.Errorf("%v: %s shows %d of %d acknowledged", time.Now().Format("05.000"), at.id, tail, before)
		default:
			h.reads.Add(1)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// check compares the end with what was written, and that the run proves anything.
func (h *history) check() {
	var want strings.Builder
	for i := range h.acknowledged.Load() {
		fmt.Fprint(&want, i%10)
	}
	for _, host := range h.hosts {
		if err := host.engine.Confirm(h.t.Context()); err != nil {
			h.t.Errorf("Confirm on %s: %v", host.id, err)
		}
		if got := host.content(); got != want.String() {
			h.t.Errorf("%s has %q, want %q", host.id, got, want.String())
		}
	}
	if h.acknowledged.Load() < 50 || h.reads.Load() < 200 {
		h.t.Errorf("%d appends and %d reads prove little", h.acknowledged.Load(), h.reads.Load())
	}
}

func (h *host) content() string {
	var content []byte
	h.local.Replica().View(func(m *stream.Machine) {
		if plan, err := m.ReadPlan(name, 1, 0, 1<<20); err == nil {
			for _, span := range plan.Spans {
				for _, part := range span.Hot {
					content = append(content, part...)
				}
			}
		}
	})
	return string(content)
}
