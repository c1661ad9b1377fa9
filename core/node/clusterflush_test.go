package node

import (
	"sync/atomic"
	"testing"
	"time"

	"ursula/core/stream"
)

// Every node hears of each object that its state comes to name, before it shows the
// entry as applied, also when the entry takes as much memory as the flush gives back.
func TestEachNamedObjectIsTold(t *testing.T) {
	var told atomic.Int64
	tell := func(string) { told.Add(1) }
	adjust := func(c *trio) { c.tune = func(o *Options) { o.Cluster.Flushed = tell } }
	onTrio(t, adjust, func(t *testing.T, c *trio) {
		mustCreate(t, c.peers[0].Node, creation("v1/a", octets))
		for i := range 400 {
			mustAppend(t, c.peers[0].Node, addition("v1/a", octets, filler(i, 500)))
		}
		time.Sleep(5 * time.Second) // the flush is committed, and the followers hear of it
		g := c.peers[1].group("v1/a")
		var last uint64
		g.engine.Replica().View(func(m *stream.Machine) { last = m.LastObject() })
		if last == 0 || g.named.Load() != last || told.Load() == 0 {
			t.Fatalf("told of object %d, %d times; the state names %d", g.named.Load(), told.Load(), last)
		}
		told.Store(0)
		g.named.Store(last - 1)
		g.Applied(nil, 0)
		g.Applied(nil, 0)
		if told.Load() != 1 {
			t.Errorf("told %d times of one more object, and none", told.Load())
		}
		mustDelete(t, c.peers[0].Node, "v1/a")
		c.wantEmpty()
	})
}
