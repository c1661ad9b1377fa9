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

// TestFollowersTellOfTailsWithoutABus appends to a stream while its leader changes and
// one node after the other is cut off. Nothing travels between the nodes but Raft and
// their calls, as when the bus of tail events is down: each node's own replica tells
// those who wait there of everything, once and in order.
func TestFollowersTellOfTailsWithoutABus(t *testing.T) {
	const name = stream.Name("v1/a")
	all := map[string]*heard{"a": {}, "b": {}, "c": {}}
	listen := func(c *trio) {
		c.tune = func(o *Options) {
			h := all[o.Directory.Identity().NodeID]
			o.Publish = func(events []stream.Event) { h.take(name, events) }
		}
	}
	onTrio(t, listen, func(t *testing.T, c *trio) {
		mustCreate(t, c.peers[0].Node, creation(name, octets))
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
