package node

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"ursula/core/stream"
)

// heard is what a node publishes of one stream to those who wait at its tail.
type heard struct {
	mu     sync.Mutex
	bytes  string
	faults []string
}

// take notes events. Whoever follows the stream gets its bytes from these.
func (h *heard) take(name stream.Name, events []stream.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range events {
		switch {
		case e.Name != name || len(e.Data) == 0:
		case e.From != uint64(len(h.bytes)):
			h.faults = append(h.faults, fmt.Sprintf("%d bytes up to %d come after %d", len(e.Data), e.To, len(h.bytes)))
		default:
			h.bytes += string(e.Data)
		}
	}
}

// has reports whether so much was told, and nothing else.
func (h *heard) has(want string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.bytes == want && len(h.faults) == 0
}

// hearing notes what each node of a trio publishes of a stream.
func hearing(name stream.Name) (all map[string]*heard, adjust func(*trio)) {
	all = map[string]*heard{"a": {}, "b": {}, "c": {}}
	return all, func(c *trio) {
		c.tune = func(o *Options) {
			h := all[o.Directory.Identity().NodeID]
			o.Publish = func(events []stream.Event) { h.take(name, events) }
		}
	}
}

// onHearing runs a test on a trio that has a stream, with what each node publishes of it.
func onHearing(t *testing.T, test func(t *testing.T, c *trio, name stream.Name, all map[string]*heard)) {
	const name = stream.Name("v1/a")
	all, listen := hearing(name)
	onTrio(t, listen, func(t *testing.T, c *trio) {
		mustCreate(t, c.peers[0].Node, creation(name, octets))
		test(t, c, name, all)
	})
}

// soon is longer than a commit takes to be told of, and much shorter than Raft's commit
// timeout, after which a follower hears of it all the same. Time here is the bubble's.
const soon = 100 * time.Millisecond

// TestFollowersTellOfTailsAtOnce appends to a quiet stream: nothing follows that would
// bring the news along, and those who wait on other nodes need not wait for Raft's.
func TestFollowersTellOfTailsAtOnce(t *testing.T) {
	onHearing(t, func(t *testing.T, c *trio, name stream.Name, all map[string]*heard) {
		want := ""
		for i := range 10 {
			time.Sleep(10 * time.Second) // whatever was under way is over
			mustAppend(t, c.peers[i%3].Node, addition(name, octets, []byte("x")))
			want += "x"
			time.Sleep(soon)
			for id, h := range all {
				if !h.has(want) {
					t.Errorf("append %d: node %s has not told of it after %v", i, id, soon)
				}
			}
		}
	})
}

// TestANewLeaderTellsWhatTheOldOneCommitted cuts off a leader that has acknowledged an
// append and told nobody. The one of the others that does not come to lead hears of it
// from the one that does, as soon as that leads. Nobody there looks for it.
func TestANewLeaderTellsWhatTheOldOneCommitted(t *testing.T) {
	onHearing(t, func(t *testing.T, c *trio, name stream.Name, all map[string]*heard) {
		want := ""
		for round := range 5 {
			old, others := c.leads(name)
			mustAppend(t, old.Node, addition(name, octets, []byte("x")))
			want += "x"
			c.net.Isolate(old.id)
			if all[others[0].id].has(want) || all[others[1].id].has(want) {
				t.Fatalf("round %d: what the leader committed is known elsewhere already", round)
			}
			for !others[0].group(name).local.Leads() && !others[1].group(name).local.Leads() {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(soon)
			for _, p := range others {
				if !all[p.id].has(want) {
					t.Errorf("round %d: node %s has not told of it %v after another led", round, p.id, soon)
				}
			}
			c.net.Heal()
			time.Sleep(time.Minute)
			c.ready()
		}
	})
}

// TestFollowersTellOfTailsWithoutABus appends to a stream while its leader changes and
// one node after the other is cut off. Nothing travels between the nodes but Raft and
// their calls, as when the bus of tail events is down: each node's own replica tells
// those who wait there of everything, once and in order.
func TestFollowersTellOfTailsWithoutABus(t *testing.T) {
	onHearing(t, func(t *testing.T, c *trio, name stream.Name, all map[string]*heard) {
		want := ""
		for round, leader := range c.peers {
			c.move(name, leader)
			_, followers := c.leads(name)
			for i := range 10 {
				data := fmt.Sprintf("%d.%d ", round, i)
				switch i {
				case 3:
					c.net.Isolate(followers[0].id)
				case 7:
					c.net.Heal()
				}
				mustAppend(t, leader.Node, addition(name, octets, []byte(data)))
				want += data
			}
			time.Sleep(time.Minute) // for nobody: nothing is appended that would tell of the last
			for id, h := range all {
				h.mu.Lock()
				if h.bytes != want || len(h.faults) > 0 {
					t.Errorf("round %d, node %s tells %q, want %q, %v", round, id, h.bytes, want, h.faults)
				}
				h.mu.Unlock()
			}
			c.ready()
		}
	})
}
