package peerbucket

import "sync/atomic"

// Stats are a Bucket's counts since it was made.
type Stats struct {
	Pushed       uint64 // copies that peers took
	PushedBytes  uint64
	PushFailures uint64 // copies that a peer did not take, cancelled ones included
	TellFailures uint64 // deletions that a peer was not told
	Elsewhere    uint64 // reads of objects that this node lacks
	ReadBytes    uint64 // that peers sent for them
	Background   int    // operations whose peers are at work now
}

// Stats returns the counts. It may be called concurrently with everything.
func (b *Bucket) Stats() Stats {
	c := &b.count
	return Stats{
		Pushed: c.pushed.Load(), PushedBytes: c.pushedBytes.Load(), PushFailures: c.pushFailures.Load(),
		TellFailures: c.tellFailures.Load(), Elsewhere: c.reads.Load(), ReadBytes: c.readBytes.Load(),
		Background: len(b.background),
	}
}

type counters struct {
	pushed, pushedBytes, pushFailures atomic.Uint64
	tellFailures                      atomic.Uint64
	reads, readBytes                  atomic.Uint64
}

func (c *counters) push(size int64, err error) {
	if err != nil {
		c.pushFailures.Add(1)
		return
	}
	c.pushed.Add(1)
	c.pushedBytes.Add(uint64(size))
}

func (c *counters) tell(err error) {
	if err != nil {
		c.tellFailures.Add(1)
	}
}

func (c *counters) elsewhere(bytes int) {
	c.reads.Add(1)
	c.readBytes.Add(uint64(bytes))
}
