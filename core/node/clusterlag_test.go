package node

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"ursula/core/forward/forwardtest"
	"ursula/core/group/raftgroup/rafttest"
	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// A stream was made, and a follower's replica has not heard of it: Raft's messages to the
// follower are lost, calls between nodes are not. Whoever asks there at once, for the
// head, for bytes or at the tail, waits until it is told of the stream. Nobody is told
// that there is none.
func TestAFollowerThatLagsDeniesNothing(t *testing.T) {
	apart := func(c *trio) {
		calls := rafttest.New(2)
		calls.Delay(5 * time.Millisecond)
		c.calls = forwardtest.New(calls)
	}
	onTrio(t, apart, func(t *testing.T, c *trio) {
		for i := range 10 {
			name := numbered(i)
			leader, followers := c.leads(name)
			late := followers[i%2]
			c.net.Cut(func(_, to string) bool { return to == late.id })
			create := creation(name, octets)
			create.Data = []byte("data")
			mustCreate(t, leader.Node, create)
			if knows(late, name) {
				t.Fatal("the follower has the stream already, so nothing is proved")
			}
			wait := askAtOnce(t.Context(), late, name)
			time.Sleep(100 * time.Millisecond)
			if knows(late, name) {
				t.Error("the follower has the stream before its messages arrive")
			}
			c.net.Heal()
			if err := wait(); err != nil {
				t.Errorf("stream %d: %v", i, err)
			}
			c.ready()
		}
	})
}

// knows says whether a node's own replica has a stream.
func knows(p *peer, name stream.Name) bool {
	var err error
	p.group(name).engine.Replica().View(func(m *stream.Machine) { _, err = m.Stat(name, p.now()) })
	return err == nil
}

// askAtOnce asks a node in all ways that there are; all of them are to say that the
// stream holds four bytes.
func askAtOnce(ctx context.Context, p *peer, name stream.Name) (wait func() error) {
	asks := []func() (uint64, error){
		func() (uint64, error) { info, err := p.Head(ctx, name); return info.Tail, err },
	}
	for _, r := range []store.ReadRequest{{Max: 100}, {Max: 100, From: 4, Live: true}, {Max: 100, Now: true, Live: true}} {
		asks = append(asks, func() (uint64, error) {
			page, err := p.Read(ctx, name, r)
			if err != nil {
				return 0, err
			}
			defer page.Release()
			return page.Next, nil
		})
	}
	errs := make([]error, len(asks))
	var all sync.WaitGroup
	for i, ask := range asks {
		all.Go(func() {
			tail, err := ask()
			if err == nil && tail != 4 {
				err = errors.New("a wrong tail")
			}
			errs[i] = err
		})
	}
	return func() error {
		all.Wait()
		return errors.Join(errs...)
	}
}
