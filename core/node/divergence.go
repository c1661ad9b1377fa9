package node

import (
	"context"
	"fmt"

	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// divergence is the byte position at which a fork begins: the requested offset,
// or the source's tail, moved on by the sub-offset. A sub-offset counts messages
// of a JSON source, and bytes within the next append of any other (PROTOCOL.md
// 4.2). Bytes below the tail never change, so looking first is safe.
func (n *Node) divergence(ctx context.Context, f *stream.Fork, source stream.Info) (uint64, error) {
	at := f.Requested
	if at == store.CurrentTail {
		at = source.Tail
	}
	switch {
	case at > source.Tail:
		return 0, stream.ErrBeyondTail
	case source.JSON:
		if err := n.checkBoundary(ctx, source, at); err != nil {
			return 0, err
		}
		return n.skipMessages(ctx, source, at, f.Sub)
	case f.Sub == 0:
		return at, nil
	}
	end, err := n.recordEnd(ctx, source, at)
	if err != nil || f.Sub > end-at {
		return 0, orBeyond(err)
	}
	return at + f.Sub, nil
}

func orBeyond(err error) error {
	if err != nil {
		return err
	}
	return stream.ErrBeyondTail
}

// checkBoundary refuses a position inside a JSON message: no response ever named
// it, and a fork there would hold messages that nobody wrote. The page that
// begins one byte earlier ends with the message which that byte belongs to.
func (n *Node) checkBoundary(ctx context.Context, source stream.Info, at uint64) error {
	if at == 0 || at == source.Tail {
		return nil
	}
	page, err := n.Read(ctx, source.Name, store.ReadRequest{From: at - 1, Max: 1})
	if err != nil {
		return err
	}
	defer page.Release()
	if page.Next != at {
		return fmt.Errorf("%w: %d is inside a message", stream.ErrOffset, at)
	}
	return nil
}

// skipMessages returns the position after count messages from at on.
func (n *Node) skipMessages(ctx context.Context, source stream.Info, at, count uint64) (uint64, error) {
	for count > 0 {
		page, err := n.Read(ctx, source.Name, store.ReadRequest{From: at, Max: 1 << 20})
		if err != nil {
			return 0, err
		}
		length, found := skipIn(page.Parts, count)
		end := page.Next
		page.Release()
		at, count = at+length, count-found
		if count > 0 && at < end || found == 0 {
			return 0, stream.ErrBeyondTail
		}
	}
	return at, nil
}

func skipIn(parts [][]byte, count uint64) (length, found uint64) {
	for _, part := range parts {
		n, f := stream.SkipJSON(part, count-found)
		found += f
		if found == count {
			return length + uint64(n), found
		}
		length += uint64(len(part))
	}
	return length, found
}

// recordEnd returns where the append that holds the byte at from ends.
func (n *Node) recordEnd(ctx context.Context, source stream.Info, from uint64) (uint64, error) {
	f := newFetch(n)
	defer f.unpin()
	return f.recordEnd(ctx, n.group(source.Name), source.Name, source.ID, from, source.Tail)
}

// recordEnd looks for the first end of an append in (from, to].
func (f *fetch) recordEnd(ctx context.Context, g *member, name stream.Name, id, from, to uint64) (end uint64, err error) {
	if err := g.confirm(ctx); err != nil {
		return 0, unavailable(err)
	}
	pin := f.pin(g)
	var plan stream.Plan
	var hot []uint64
	g.engine.Replica().View(func(m *stream.Machine) {
		plan, err = m.InheritedPlan(name, id, from, to)
		hot = m.RecordEnds(name, id, from, to)
	})
	if err != nil {
		return 0, err
	}
	for i := range plan.Spans {
		s := &plan.Spans[i]
		ends := hot
		switch {
		case s.Inherited != nil:
			end, err = f.recordEnd(ctx, f.node.group(s.Inherited.Source), s.Inherited.Source, s.Inherited.SourceID, s.From, s.To)
			ends = []uint64{end}
		case s.Cold != nil:
			ends, err = pin.RecordEnds(ctx, s.Cold.Object, name, id, s.From, s.To)
		}
		if err != nil {
			return 0, err
		}
		if end := firstWithin(ends, s.From, s.To); end > 0 {
			return end, nil
		}
	}
	return to, nil
}

func firstWithin(ends []uint64, from, to uint64) uint64 {
	for _, end := range ends {
		if end > from && end <= to {
			return end
		}
	}
	return 0
}
