package node

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/cold"
	"ursula/core/protocol/store"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// One node after the other is stopped or loses power while a producer writes.
// Each comes back current, and nothing acknowledged is lost or there twice. There
// is enough data for flushes, and for snapshots in place of logs.
func TestNodesRestart(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			onTrio(t, nil, func(t *testing.T, c *trio) { restartNodes(t, c, rand.New(rand.NewPCG(seed, 9))) })
		})
	}
}

func restartNodes(t *testing.T, c *trio, rng *rand.Rand) {
	mustCreate(t, c.peers[0].Node, creation("v1/a", octets))
	want, sent := "", 0
	write := func(n *Node, times int) {
		for range times {
			data := string(filler(sent, 500))
			command := addition("v1/a", octets, []byte(data))
			command.Producer = stream.Producer{ID: "p", Seq: uint64(sent)}
			for try := 0; ; try++ {
				again := *command
				if _, err := n.Append(t.Context(), &again); err == nil {
					break
				} else if !errors.Is(err, store.ErrUnavailable) || try == 10 {
					t.Fatalf("append %d: %v", sent, err)
				}
				time.Sleep(time.Second)
			}
			want, sent = want+data, sent+1
		}
	}
	for range 6 {
		i := rng.IntN(3)
		p, other := c.peers[i], c.peers[(i+1)%3]
		write(p.Node, 50)
		if rng.IntN(2) == 0 {
			c.stop(p)
		} else {
			c.crash(p, rng)
		}
		write(other.Node, 50)
		c.start(p)
		wantContent(t, p.Node, "v1/a", want)
	}
	c.wantContent("v1/a", want)
	mustDelete(t, c.peers[0].Node, "v1/a")
	c.wantEmpty()
}

// A voter that has forgotten what it promised must not vote, and a directory does
// not change hands.
func TestAMemberRefusesWhatIsNotItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := faultfs.New()
		claim := func(id string) error {
			d, err := Claim(DirectoryOptions{FS: disk, Dir: "data", NodeID: id, Engine: RaftWAL, Groups: 4})
			if err != nil {
				return err
			}
			return d.Close()
		}
		o := small(t, disk, RaftWAL)
		closeNode(t, open(t, o))
		if err := claim("2"); !errors.Is(err, ErrMismatch) {
			t.Errorf("another node's directory: %v", err)
		}
		names, err := disk.List("data/journal")
		if err != nil || len(names) == 0 {
			t.Fatalf("journal: %v, %v", names, err)
		}
		for _, name := range names {
			if err := disk.Remove("data/journal/" + name); err != nil {
				t.Fatal(err)
			}
		}
		if err := claim(DefaultNodeID); !errors.Is(err, ErrDamaged) {
			t.Errorf("a directory without its journal: %v", err)
		}
	})
}

// What other nodes send counts against the leader's memory too. It refuses, the
// client may try again, and nothing stays counted.
func TestTheLeadersBudgetHoldsForAll(t *testing.T) {
	tight := func(c *trio) {
		c.tune = func(o *Options) { o.Marks = cold.Marks{Flush: 64 << 10, Shed: 96 << 10, Reject: 128 << 10} }
	}
	onTrio(t, tight, func(t *testing.T, c *trio) {
		mustCreate(t, c.peers[0].Node, creation("v1/a", octets))
		leader, others := c.leads("v1/a")
		leader.arriving.Add(120 << 10) // as if others were under way
		_, err := others[0].Append(t.Context(), addition("v1/a", octets, make([]byte, 16<<10)))
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("append beyond the leader's budget: %v", err)
		}
		leader.arriving.Add(-120 << 10)
		mustAppend(t, others[0].Node, addition("v1/a", octets, filler(0, 16<<10)))
		c.wantContent("v1/a", string(filler(0, 16<<10)))
		for _, p := range c.peers {
			if arriving := p.arriving.Load(); arriving != 0 {
				t.Errorf("node %s: %d bytes are arriving for ever", p.id, arriving)
			}
		}
	})
}
