package forward_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/forward"
	"ursula/core/group"
	"ursula/core/stream"
)

// proving is a group of five: a leader needs one more voter's word.
type proving struct {
	*fakeLocal
	id        uint32
	others    func(voter string) []string
	questions *forward.Questions
}

func (p *proving) Witnessed(string, uint64) (group.Position, bool) { return group.Position{}, false }

func (p *proving) ReadIndex(ctx context.Context, voter string, term uint64) (group.Position, error) {
	at, leads := p.Position()
	if !leads {
		return at, group.ErrNoLeader
	}
	return at, p.questions.Verify(ctx, p.id, 1, p.others(voter), 1)
}

// provingNode is a node with such groups.
type provingNode struct{ groups map[uint32]*proving }

func (n *provingNode) Local(id uint32) forward.Local {
	if g := n.groups[id]; g != nil {
		return g
	}
	return nil
}

func (n *provingNode) ProposeHere(context.Context, uint32, *stream.Command) (stream.Result, error) {
	return stream.Result{}, nil
}

func (n *provingNode) BeginHere(uint32, *stream.Command, group.Reply) error { return group.ErrNoLeader }

func (n *provingNode) DriveHere(context.Context, stream.Name, *stream.Fork) (stream.Result, error) {
	return stream.Result{}, nil
}

func (n *provingNode) Clock() int64 { return 0 }

// routed carries calls to servers, with a latency each way.
type routed struct {
	self    string
	servers map[string]*forward.Server
	latency time.Duration
}

func (r *routed) Call(ctx context.Context, peer string, m forward.Method, payload ...[]byte) ([]byte, error) {
	time.Sleep(r.latency)
	var all []byte
	for _, p := range payload {
		all = append(all, p...)
	}
	type said struct {
		b   []byte
		err error
	}
	c := make(chan said, 1)
	go func() {
		b, err := r.servers[peer].Ask(ctx, r.self, all)
		c <- said{b, err}
	}()
	select {
	case s := <-c:
		time.Sleep(r.latency)
		return s.b, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *routed) CallUntil(ctx context.Context, _ forward.Until, peer string, m forward.Method, payload ...[]byte) ([]byte, error) {
	return r.Call(ctx, peer, m, payload...)
}

func (r *routed) Tell(string, forward.Method, []byte) {}

// Five nodes lead some groups each, and each node reads all of them: answers that
// wait for further voters hold up no leader's question, or nodes wait in a circle.
func TestFiveVotersReadAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		names := []string{"a", "b", "c", "d", "e"}
		servers := map[string]*forward.Server{}
		var engines []*forward.Engine
		const perNode = 4
		for _, self := range names {
			n := &provingNode{groups: map[uint32]*proving{}}
			calls := &routed{self, servers, time.Millisecond}
			q := forward.NewQuestions(n, calls)
			for id := range uint32(5 * perNode) {
				leader := names[id%5]
				l := newLocal(leader, leader == self)
				l.term = 1
				n.groups[id] = &proving{l, id, func(voter string) (o []string) {
					for _, x := range names {
						if x != voter && x != self {
							o = append(o, x)
						}
					}
					return o
				}, q}
				if leader != self {
					engines = append(engines, forward.New(id, self, n.groups[id], calls, q, fixed(0)))
				}
			}
			servers[self] = forward.NewServer(n)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		var wg sync.WaitGroup
		var worst, reads atomic.Int64
		for i, e := range engines {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 137 * time.Microsecond)
				for ctx.Err() == nil {
					began := time.Now()
					if err := e.Confirm(ctx); err != nil {
						continue
					}
					took := int64(time.Since(began))
					reads.Add(1)
					for w := worst.Load(); took > w && !worst.CompareAndSwap(w, took); w = worst.Load() {
					}
				}
			})
		}
		wg.Wait()
		cancel()
		time.Sleep(time.Minute)
		if worst.Load() > int64(100*time.Millisecond) || reads.Load() < 10_000 {
			t.Errorf("%d reads, the slowest took %v with 1 ms each way", reads.Load(), time.Duration(worst.Load()))
		}
	})
}

// A peer falls silent: a read that comes 10 ms after the call that will never be
// answered is to be hedged as well.
func TestAReadBehindALateCallAsksOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := silent("b")
		v := verifier(calls)
		for i := range 2 {
			go func() {
				time.Sleep(time.Duration(i) * 10 * time.Millisecond)
				began := time.Now()
				if err := v.Verify(t.Context(), 0, 5, []string{"b", "c"}, 1); err != nil {
					t.Error(err)
				}
				if time.Since(began) > 50*time.Millisecond {
					t.Errorf("read %d took %v", i, time.Since(began))
				}
			}()
		}
		time.Sleep(time.Minute)
	})
}
