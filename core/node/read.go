package node

import (
	"context"
	"errors"

	"ursula/core/bucket"
	"ursula/core/bucket/peerbucket"
	"ursula/core/forward"
	"ursula/core/protocol/store"
	"ursula/core/stream"
)

var _ store.Reader = (*Node)(nil)

// Head implements store.Reader.
func (n *Node) Head(ctx context.Context, name stream.Name) (info stream.Info, err error) {
	g := n.group(name)
	if err := g.confirm(ctx); err != nil {
		return info, unavailable(err)
	}
	err = g.lasting(ctx, name, func() error {
		now := g.now()
		g.engine.Replica().View(func(m *stream.Machine) { info, err = m.Stat(name, now) })
		return err
	})
	return info, err
}

// lasting looks until the answer stands. A stream whose lifetime is over is expired
// through the log before anybody is told: a command that was made earlier, and is
// still on its way, would find it alive.
func (g *member) lasting(ctx context.Context, name stream.Name, look func() error) error {
	for {
		err := look()
		if err == nil || !g.lapsed(name) {
			return err
		}
		if err := g.expire(ctx, name); err != nil {
			return unavailable(err)
		}
	}
}

// expire expires a stream if its lifetime is over by the leader's clock, which this node
// may have heard of long ago.
func (g *member) expire(ctx context.Context, name stream.Name) error {
	if e, ok := g.engine.(*forward.Engine); ok {
		if err := e.ConfirmLed(ctx); err != nil || !g.lapsed(name) {
			return err
		}
	}
	return g.carryOut(ctx, &stream.Command{Op: stream.OpExpire, Name: name})
}

func (g *member) lapsed(name stream.Name) (lapsed bool) {
	now := g.now()
	g.engine.Replica().View(func(m *stream.Machine) { lapsed = m.Lapsed(name, now) })
	return lapsed
}

// Read implements store.Reader. A plan that the cold store no longer agrees with
// is made once more: the stream was deleted meanwhile, or the range moved.
func (n *Node) Read(ctx context.Context, name stream.Name, r store.ReadRequest) (*store.Page, error) {
	g := n.group(name)
	if !g.current(ctx) {
		if page := n.history(ctx, g, name, r); page != nil {
			return page, nil
		}
		if err := g.confirm(ctx); err != nil {
			return nil, unavailable(err)
		}
	}
	page, err := n.readPage(ctx, g, name, r, false)
	if errors.Is(err, bucket.ErrNotFound) || errors.Is(err, peerbucket.ErrUnavailable) {
		page, err = n.readPage(ctx, g, name, r, false)
	}
	return page, unavailable(err)
}

// history reads below the tail while no leader answers: bytes there never change,
// and whoever has them may serve them. The leader is asked first, and not waited
// for, because a name may have been deleted and made anew, with other bytes. It
// returns nil where an answer needs the leader.
func (n *Node) history(ctx context.Context, g *member, name stream.Name, r store.ReadRequest) *store.Page {
	if n.options.Cluster == nil || r.Now {
		return nil
	}
	page, err := n.readPage(ctx, g, name, r, true)
	if err == nil && !page.AtTail {
		return page
	}
	page.Release()
	return nil
}

// readPage reads a page, and a longer one where not even one JSON message fits.
func (n *Node) readPage(ctx context.Context, g *member, name stream.Name, r store.ReadRequest, history bool) (*store.Page, error) {
	for r.Max = max(r.Max, 1); ; r.Max *= 2 {
		page, err := n.tryPage(ctx, g, name, r, history)
		if err != nil || page.Next > page.From || page.AtTail {
			return page, err
		}
		page.Release()
	}
}

func (n *Node) tryPage(ctx context.Context, g *member, name stream.Name, r store.ReadRequest, history bool) (*store.Page, error) {
	f := newFetch(n)
	f.history = history
	defer f.unpin()
	var plan stream.Plan
	var touch bool
	look := func() (err error) {
		plan, touch, err = f.plan(g, name, r)
		return err
	}
	if history {
		if err := look(); err != nil {
			return nil, err
		}
	} else if err := g.lasting(ctx, name, look); err != nil {
		return nil, err
	}
	if touch && !history {
		if err := g.renew(ctx, &plan.Info); err != nil {
			return nil, unavailable(err)
		}
	}
	if err := f.gather(ctx, g, &plan); err != nil {
		f.release()
		return nil, err
	}
	return f.page(&plan), nil
}
