package node

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// sender is a producer that appends numbered records to a stream of its own.
type sender struct {
	name        stream.Name
	sent, acked atomic.Int64
}

func (s *sender) record(i int) *stream.Command {
	c := addition(s.name, octets, s.bytes(i))
	c.Producer = stream.Producer{ID: "p", Seq: uint64(i)}
	return c
}

func (s *sender) bytes(i int) []byte { return fmt.Appendf(filler(i, i%700), "|%s:%d;", s.name, i) }

// run sends until the power is cut.
func (s *sender) run(t *testing.T, n *Node, crashed *atomic.Bool) {
	for i := 0; !crashed.Load(); i++ {
		s.sent.Add(1)
		if r, err := n.Append(t.Context(), s.record(i)); err != nil || r.Duplicate {
			t.Errorf("%s: record %d: %+v, %v", s.name, i, r, err)
			return
		}
		s.acked.Add(1)
	}
}

// check finds a beginning of what was sent, with all that was acknowledged, and
// sends the rest again: each record is there once in the end.
func (s *sender) check(t *testing.T, n *Node, acked, sent int64) {
	t.Helper()
	for i := range int(sent) {
		r, err := n.Append(t.Context(), s.record(i))
		if err != nil || int64(i) < acked && !r.Duplicate {
			t.Errorf("%s: record %d of %d acknowledged is sent again: %+v, %v", s.name, i, acked, r, err)
		}
	}
	var want []byte
	for i := range int(sent) {
		want = append(want, s.bytes(i)...)
	}
	got, err := readAll(t.Context(), n, s.name, 50_000)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: %d bytes, %v, want %d", s.name, len(got), err, len(want))
	}
}

// Many producers share entries and journal frames when the power goes. Whatever
// of a batch was acknowledged to anybody is there for everybody.
func TestPowerCutsUnderACrowd(t *testing.T) {
	for seed := range uint64(12) {
		synctest.Test(t, func(t *testing.T) { cutCrowd(t, seed) })
	}
}

func cutCrowd(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 11))
	disk := faultfs.New()
	n := open(t, small(t, disk, RaftWAL))
	senders := make([]*sender, 10)
	for i := range senders {
		senders[i] = &sender{name: stream.Name(fmt.Sprintf("v1/sender-%d", i))}
		mustCreate(t, n, creation(senders[i].name, octets))
	}
	var once sync.Once
	var crashed atomic.Bool
	var after *faultfs.FS
	acked, sent := make([]int64, len(senders)), make([]int64, len(senders))
	left := atomic.Int64{}
	left.Store(rng.Int64N(150))
	disk.Observe(func(faultfs.Op, string) {
		if left.Add(-1) >= 0 {
			return
		}
		once.Do(func() {
			for i, s := range senders {
				acked[i] = s.acked.Load()
			}
			after = disk.CrashClone(rng)
			for i, s := range senders {
				sent[i] = s.sent.Load()
			}
			crashed.Store(true)
		})
	})
	var wg sync.WaitGroup
	for _, s := range senders {
		wg.Go(func() { s.run(t, n, &crashed) })
	}
	wg.Wait()
	closeNode(t, n)
	o := small(t, after, RaftWAL)
	o.Shards = 1 + rng.IntN(3)
	n = open(t, o)
	for i, s := range senders {
		s.check(t, n, acked[i], sent[i])
	}
	closeNode(t, n)
}
