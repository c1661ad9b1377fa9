package node

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"ursula/core/group"
	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// interrupted is an engine that fails one kind of command once, before it is carried
// out or after.
type interrupted struct {
	group.Engine
	*interruption
	fired atomic.Bool
}

// interruption is what befalls the engines of a node.
type interruption struct {
	op    stream.Op
	after bool
	armed atomic.Bool
}

// openInterrupted opens a node on which that will happen, once it is armed.
func openInterrupted(t *testing.T, i *interruption) *Node {
	t.Helper()
	o := small(t, faultfs.New(), RaftWAL)
	o.between = func(e group.Engine) group.Engine { return &interrupted{Engine: e, interruption: i} }
	return open(t, o)
}

var errInterrupted = fmt.Errorf("%w: the test says so", group.ErrUnknownOutcome)

func (e *interrupted) Propose(ctx context.Context, c *stream.Command) (stream.Result, error) {
	if c.Op != e.op || !e.armed.Load() || e.fired.Swap(true) {
		return e.Engine.Propose(ctx, c)
	}
	if e.after {
		if r, err := e.Engine.Propose(ctx, c); err != nil {
			return r, err
		}
	}
	return stream.Result{}, errInterrupted
}

// sagaSteps are the commands of a fork's life, in both of its groups.
var sagaSteps = []stream.Op{
	stream.OpCreate, stream.OpRetain, stream.OpActivate, stream.OpDelete, stream.OpRelease, stream.OpSettle,
}

// A fork is interrupted at each of its steps, with the step done or not. The
// client gets a retryable error at most, its retry succeeds, the background work
// ends what was left, and nothing leaks.
func TestInterruptedForks(t *testing.T) {
	for _, op := range sagaSteps {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("op %d, done %v", op, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { interrupt(t, op, after) })
			})
		}
	}
}

func interrupt(t *testing.T, op stream.Op, after bool) {
	i := &interruption{op: op, after: after}
	n := openInterrupted(t, i)
	source, fork := inGroup(n, 0, "source"), inGroup(n, 1, "fork")
	mustCreate(t, n, creation(source, octets))
	mustAppend(t, n, addition(source, octets, []byte("0123456789")))
	settled()
	i.armed.Store(true)
	// The client tries until it gets an answer.
	for range 2 {
		_, err := n.Create(t.Context(), forking(fork, source, 4, 0))
		if err == nil {
			break
		}
		if !errors.Is(err, store.ErrUnavailable) {
			t.Fatalf("create: %v", err)
		}
	}
	mustAppend(t, n, addition(fork, octets, []byte("abc")))
	wantContent(t, n, fork, "0123abc")
	_ = n.Delete(t.Context(), source)
	settled()
	if _, err := n.Head(t.Context(), source); !errors.Is(err, stream.ErrGone) {
		if err := n.Delete(t.Context(), source); err != nil {
			t.Errorf("delete the source again: %v", err)
		}
	}
	wantContent(t, n, fork, "0123abc")
	_ = n.Delete(t.Context(), fork)
	_ = n.Delete(t.Context(), fork)
	wantEmpty(t, n)
	closeNode(t, n)
}

// A client that never comes back leaves a fork in the making; the settler makes
// it whole without it.
func TestTheSettlerMakesAForkWhole(t *testing.T) {
	for _, op := range sagaSteps[:3] {
		synctest.Test(t, func(t *testing.T) {
			i := &interruption{op: op, after: true}
			n := openInterrupted(t, i)
			source, fork := inGroup(n, 0, "source"), inGroup(n, 1, "fork")
			mustCreate(t, n, creation(source, octets))
			mustAppend(t, n, addition(source, octets, []byte("0123456789")))
			settled()
			i.armed.Store(true)
			if _, err := n.Create(t.Context(), forking(fork, source, 4, 0)); !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("op %d: create: %v", op, err)
			}
			settled()
			wantContent(t, n, fork, "0123")
			mustDelete(t, n, fork)
			mustDelete(t, n, source)
			wantEmpty(t, n)
			closeNode(t, n)
		})
	}
}

// A source that is deleted while a fork of it is in the making refuses, and the
// fork is taken back.
func TestASourceThatIsGoneRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := &interruption{op: stream.OpRetain}
		n := openInterrupted(t, i)
		source, fork := inGroup(n, 0, "source"), inGroup(n, 1, "fork")
		mustCreate(t, n, creation(source, octets))
		settled()
		i.armed.Store(true)
		if _, err := n.Create(t.Context(), forking(fork, source, 0, 0)); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("create: %v", err)
		}
		mustDelete(t, n, source)
		settled()
		if _, err := n.Create(t.Context(), forking(fork, source, 0, 0)); !errors.Is(err, stream.ErrNotFound) {
			t.Errorf("create from a deleted source: %v", err)
		}
		mustCreate(t, n, creation(fork, octets))
		mustDelete(t, n, fork)
		wantEmpty(t, n)
		closeNode(t, n)
	})
}

// A plain create that meets a fork in the making waits for its end, and is told
// that the stream exists with another configuration.
func TestACreateMeetsAForkInTheMaking(t *testing.T) {
	onEachEngine(t, func(t *testing.T, n *Node) {
		source, fork := inGroup(n, 0, "source"), inGroup(n, 1, "fork")
		mustCreate(t, n, creation(source, octets))
		settled()
		c := forking(fork, source, 0, 0)
		c.Op = stream.OpCreate
		if err := n.resolveFork(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if r, err := n.group(fork).propose(t.Context(), c); err != nil || r.Pending == nil {
			t.Fatalf("begin a fork: %+v, %v", r, err)
		}
		if _, err := n.Create(t.Context(), creation(fork, octets)); !errors.Is(err, stream.ErrExists) {
			t.Errorf("create: %v", err)
		}
		wantContent(t, n, fork, "")
	})
}

// Forks of forks read through the whole chain, whatever is deleted, and take it
// with them when the last of them goes.
func TestChains(t *testing.T) {
	onEachEngine(t, func(t *testing.T, n *Node) {
		want := ""
		var names []stream.Name
		for i := range 8 {
			name := inGroup(n, uint32(i%4), fmt.Sprintf("link-%d-", i))
			if i == 0 {
				mustCreate(t, n, creation(name, octets))
			} else {
				at := len(want) * 3 / 4
				mustCreate(t, n, forking(name, names[i-1], uint64(at), 0))
				want = want[:at]
			}
			data := filler(i, 9000)
			mustAppend(t, n, addition(name, octets, data))
			want += string(data)
			names = append(names, name)
			wantContent(t, n, name, want)
		}
		for _, name := range names[:7] {
			mustDelete(t, n, name)
		}
		settled()
		wantContent(t, n, names[7], want)
		if _, err := n.Create(t.Context(), creation(names[3], octets)); !errors.Is(err, stream.ErrExists) {
			t.Errorf("create over a hidden stream: %v", err)
		}
		mustDelete(t, n, names[7])
		wantEmpty(t, n)
	})
}

// A fork that expired gives its reference back also when its name is taken anew
// before it was reclaimed.
func TestAnExpiredForkThatIsReplaced(t *testing.T) {
	onEachEngine(t, func(t *testing.T, n *Node) {
		source, fork := inGroup(n, 0, "source"), inGroup(n, 1, "fork")
		mustCreate(t, n, creation(source, octets))
		c := forking(fork, source, 0, 0)
		c.Lifetime = stream.Lifetime{ExpiresAt: n.now() + 5000}
		mustCreate(t, n, c)
		mustDelete(t, n, source)
		settled()
		later := &stream.Command{Op: stream.OpCreate, Name: fork, Lifetime: stream.Forever(), Now: n.now() + 10_000}
		if r, err := n.group(fork).engine.Propose(t.Context(), later); err != nil || !r.Created {
			t.Fatalf("create anew: %+v, %v", r, err)
		}
		settled()
		if _, err := n.Head(t.Context(), source); !errors.Is(err, stream.ErrNotFound) {
			t.Errorf("the source is still held: %v", err)
		}
		mustDelete(t, n, fork)
		wantEmpty(t, n)
	})
}
