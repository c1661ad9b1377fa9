package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/group"
	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// touches is what a test sees of the renewals that a node proposes, and does to them.
type touches struct {
	count atomic.Int64
	err   error                           // what a renewal is refused with
	hold  func(ctx context.Context) error // nil, or what a renewal waits for
}

type touched struct {
	group.Engine
	*touches
}

func (e touched) Propose(ctx context.Context, c *stream.Command) (stream.Result, error) {
	if c.Op != stream.OpTouch {
		return e.Engine.Propose(ctx, c)
	}
	e.count.Add(1)
	if e.err != nil {
		return stream.Result{}, e.err
	}
	if e.hold != nil {
		if err := e.hold(ctx); err != nil {
			return stream.Result{}, fmt.Errorf("%w: %w", group.ErrUnknownOutcome, err)
		}
	}
	return e.Engine.Propose(ctx, c)
}

// ttl is the lifetime of the stream "v1/a" in seconds; after half of it a renewal is due.
const ttl = 60

// onTouched runs a test on a node with such a stream, whose renewal is due.
func onTouched(t *testing.T, x *touches, test func(t *testing.T, n *Node)) {
	synctest.Test(t, func(t *testing.T) {
		o := small(t, faultfs.New(), RaftWAL)
		o.between = func(e group.Engine) group.Engine { return touched{e, x} }
		n := open(t, o)
		createMortal(t, n)
		time.Sleep(ttl / 2 * time.Second)
		test(t, n)
		closeNode(t, n)
	})
}

func createMortal(t *testing.T, n *Node) {
	t.Helper()
	c := creation("v1/a", octets)
	c.Data, c.Lifetime = []byte("data"), stream.Lifetime{TTL: ttl}
	mustCreate(t, n, c)
}

func readMortal(ctx context.Context, n *Node) error {
	page, err := n.Read(ctx, "v1/a", store.ReadRequest{Max: 100})
	if err == nil && (page.Next != 4 || !page.AtTail) {
		err = fmt.Errorf("page to %d", page.Next)
	}
	return err
}

// readersAtOnce reads with each context at once.
func readersAtOnce(n *Node, contexts ...context.Context) (wait func() []error) {
	errs := make([]error, len(contexts))
	var all sync.WaitGroup
	for i, ctx := range contexts {
		all.Go(func() { errs[i] = readMortal(ctx, n) })
	}
	return func() []error {
		all.Wait()
		return errs
	}
}

func many(ctx context.Context, count int) (contexts []context.Context) {
	for range count {
		contexts = append(contexts, ctx)
	}
	return contexts
}

const readersOfOne = 1000

// A crowd that reads a stream renews its lifetime with one command. All who were
// answered have renewed it.
func TestACrowdOfReadersIsOneRenewal(t *testing.T) {
	x := &touches{hold: func(context.Context) error { time.Sleep(time.Second); return nil }}
	onTouched(t, x, func(t *testing.T, n *Node) {
		if err := errors.Join(readersAtOnce(n, many(t.Context(), readersOfOne)...)()...); err != nil {
			t.Error(err)
		}
		if got := x.count.Load(); got != 1 {
			t.Errorf("%d readers at once are %d renewals", readersOfOne, got)
		}
		time.Sleep((ttl - 2) * time.Second)
		if _, err := n.Head(t.Context(), "v1/a"); err != nil {
			t.Errorf("less than a lifetime after it was read: %v", err)
		}
	})
}

// On a node that does not lead the renewal is forwarded. The crowd is not; nor does it
// hear of it at once, so that a late reader may ask for one more.
func TestACrowdOfReadersOnAFollower(t *testing.T) {
	onTrio(t, nil, func(t *testing.T, c *trio) {
		createMortal(t, c.peers[0].Node)
		time.Sleep(ttl / 2 * time.Second)
		_, followers := c.leads("v1/a")
		before := followers[0].ClusterStats().Forward.Done
		if err := errors.Join(readersAtOnce(followers[0].Node, many(t.Context(), readersOfOne)...)()...); err != nil {
			t.Error(err)
		}
		if sent := followers[0].ClusterStats().Forward.Done - before; sent < 1 || sent > 3 {
			t.Errorf("%d readers at once are %d renewals", readersOfOne, sent)
		}
	})
}

// A reader that comes while a renewal is under way is not served by one that may be
// stamped so early that the stream expires before its time.
func TestALateReaderRenewsAgain(t *testing.T) {
	const slow = 10 * time.Second // longer than an eighth of the lifetime
	x := &touches{hold: func(context.Context) error { time.Sleep(slow); return nil }}
	onTouched(t, x, func(t *testing.T, n *Node) {
		early := readersAtOnce(n, many(t.Context(), 10)...)
		time.Sleep(slow - time.Second)
		late := readersAtOnce(n, many(t.Context(), 10)...)
		if err := errors.Join(append(early(), late()...)...); err != nil {
			t.Error(err)
		}
		if got := x.count.Load(); got != 2 {
			t.Errorf("%d renewals, want the early readers' and the late ones'", got)
		}
		time.Sleep(ttl*time.Second - slow - 2*time.Second)
		if _, err := n.Head(t.Context(), "v1/a"); err != nil {
			t.Errorf("less than a lifetime after it was read: %v", err)
		}
	})
}

// A reader that gives up takes its renewal with it, and nobody else's read.
func TestAReaderThatGivesUpFailsAlone(t *testing.T) {
	x := &touches{}
	onTouched(t, x, func(t *testing.T, n *Node) {
		held := make(chan struct{})
		x.hold = func(ctx context.Context) error {
			select {
			case <-held:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		first, giveUp := context.WithCancel(t.Context())
		carrier := readersAtOnce(n, first)
		synctest.Wait()
		waiting, leave := context.WithCancel(t.Context())
		leaver := readersAtOnce(n, waiting)
		others := readersAtOnce(n, many(t.Context(), 10)...)
		synctest.Wait()
		leave() // at once, though the renewal is still under way
		if err := leaver()[0]; !errors.Is(err, context.Canceled) {
			t.Errorf("who waits and gives up: %v", err)
		}
		giveUp()
		if err := carrier()[0]; !errors.Is(err, context.Canceled) {
			t.Errorf("who carries the renewal and gives up: %v", err)
		}
		synctest.Wait()
		close(held)
		if err := errors.Join(others()...); err != nil {
			t.Errorf("the others: %v", err)
		}
		if got := x.count.Load(); got != 2 {
			t.Errorf("%d renewals, one of which was given up", got)
		}
	})
}
