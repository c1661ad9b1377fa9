package transport

import (
	"slices"
)

// putCut queues a message that is sent in pieces.
func (o *outbox) putCut(c *cut, stop <-chan struct{}) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.err == nil && (len(o.cuts) >= maxCuts || c.lane == ordered && o.inCuts[c.header.Group] > 0) {
		if err := o.wait(stop); err != nil {
			return err
		}
	}
	if o.err != nil {
		return o.err
	}
	o.cuts = append(o.cuts, c)
	if c.lane == ordered {
		o.inCuts[c.header.Group]++
	}
	o.signal()
	return nil
}

func (o *outbox) takePieces(b []byte) []byte {
	for _, c := range o.cuts[:min(turns, len(o.cuts))] {
		b = c.next(b)
	}
	o.cuts = slices.DeleteFunc(o.cuts, func(c *cut) bool {
		if c.left > 0 {
			return false
		}
		o.leave(c)
		return true
	})
	if len(o.cuts) > 0 {
		o.signal()
	}
	return b
}

func (o *outbox) leave(c *cut) {
	if g := c.header.Group; c.lane == ordered {
		if o.inCuts[g]--; o.inCuts[g] == 0 {
			delete(o.inCuts, g)
		}
	}
}

// drop forgets a message in pieces, and queues notice, which tells the other side
// so before it sees a piece of one that takes the free turn. Afterwards the
// message's parts are not read any more. It returns whether pieces were left.
func (o *outbox) drop(c *cut, notice []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.Index(o.cuts, c)
	if i < 0 {
		return c.left > 0
	}
	o.cuts = slices.Delete(o.cuts, i, i+1)
	o.leave(c)
	o.frames = append(o.frames, notice...)
	o.signal()
	return true
}
