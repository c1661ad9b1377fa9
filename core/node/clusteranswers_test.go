package node

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// Whatever is asked of one node shows at once on all others, whoever leads.
func TestAnyNodeAnswers(t *testing.T) {
	onTrio(t, nil, func(t *testing.T, c *trio) {
		for i := range 9 {
			one, two, three := c.peers[i%3], c.peers[(i+1)%3], c.peers[(i+2)%3]
			name := numbered(i)
			mustCreate(t, one.Node, creation(name, octets))
			mustAppend(t, two.Node, addition(name, octets, []byte("first")))
			wantContent(t, three.Node, name, "first")
			mustAppend(t, three.Node, addition(name, octets, []byte("second")))
			c.wantContent(name, "firstsecond")
			end := addition(name, octets, nil)
			end.Close = true
			mustAppend(t, one.Node, end)
			if info, err := two.Head(t.Context(), name); err != nil || !info.Closed || info.Tail != 11 {
				t.Errorf("head: %+v, %v", info, err)
			}
			if _, err := three.Append(t.Context(), addition(name, octets, []byte("x"))); !errors.Is(err, stream.ErrClosed) {
				t.Errorf("append to a closed stream: %v", err)
			}
			mustDelete(t, two.Node, name)
			for _, p := range c.peers {
				if _, err := p.Head(t.Context(), name); !errors.Is(err, stream.ErrNotFound) {
					t.Errorf("node %s after the end: %v", p.id, err)
				}
			}
		}
		c.wantEmpty()
	})
}

// What one node acknowledged, the next read on any other shows, and a producer
// may change nodes between its appends.
func TestReadYourWritesOnOtherNodes(t *testing.T) {
	onTrio(t, nil, func(t *testing.T, c *trio) {
		rng := rand.New(rand.NewPCG(1, 1))
		mustCreate(t, c.peers[0].Node, creation("v1/a", octets))
		want := ""
		for i := range 200 {
			command := addition("v1/a", octets, filler(i, 10))
			command.Producer = stream.Producer{ID: "p", Seq: uint64(i)}
			want += string(command.Data)
			again := *command
			mustAppend(t, c.peers[rng.IntN(3)].Node, command)
			info, err := c.peers[rng.IntN(3)].Head(t.Context(), "v1/a")
			if err != nil || info.Tail != uint64(len(want)) {
				t.Fatalf("append %d: head %+v, %v", i, info, err)
			}
			if r := mustAppend(t, c.peers[rng.IntN(3)].Node, &again); !r.Duplicate {
				t.Fatalf("append %d was taken twice", i)
			}
		}
		c.wantContent("v1/a", want)
	})
}

// A node that is cut off answers nothing rather than something old; the others go
// on; afterwards it is current again.
func TestANodeIsCutOff(t *testing.T) {
	onTrio(t, nil, func(t *testing.T, c *trio) {
		mustCreate(t, c.peers[0].Node, creation("v1/a", octets))
		leader, rest := c.leads("v1/a")
		c.net.Isolate(leader.id)
		mustAppendSoon(t, rest[0].Node, "v1/a", "1")
		if _, err := leader.Head(t.Context(), "v1/a"); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("head on the node that is cut off: %v", err)
		}
		if _, err := leader.Append(t.Context(), addition("v1/a", octets, []byte("lost"))); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("append on the node that is cut off: %v", err)
		}
		mustAppendSoon(t, rest[1].Node, "v1/a", "2")
		c.net.Heal()
		c.ready()
		c.wantContent("v1/a", "12")
		if arriving := leader.arriving.Load(); arriving != 0 {
			t.Errorf("%d bytes are arriving for ever", arriving)
		}
	})
}

// mustAppendSoon repeats an append of a producer of its own until it is taken.
func mustAppendSoon(t *testing.T, n *Node, name stream.Name, data string) {
	t.Helper()
	var err error
	for range 10 {
		command := addition(name, octets, []byte(data))
		command.Producer = stream.Producer{ID: data}
		if _, err = n.Append(t.Context(), command); err == nil {
			return
		}
		time.Sleep(time.Second)
	}
	t.Fatalf("append %q to %s: %v", data, name, err)
}
