package node

import (
	"context"
	"errors"
	"time"

	"ursula/core/protocol/store"
	"ursula/core/stream"
)

// settler finishes what spans two groups: forks whose making was interrupted,
// and references that a fork which is gone still has to give back. What is to be
// done is in the replicated state, so a restart or another node goes on with it.
type settler struct {
	node  *Node
	dirty marks[*member]
}

// settleAgain is how long after a failure the same group is tried again.
const settleAgain = time.Second

func newSettler(n *Node) *settler {
	return &settler{node: n, dirty: newMarks[*member]()}
}

// wake says that a group may have something to settle. It never waits.
func (s *settler) wake(g *member) { s.dirty.mark(g) }

// applied looks, where a group is led, whether an entry left something to settle.
// References are given back at once. A fork in the making has a driver, who may
// have died: it is looked at a little later.
func (s *settler) applied(g *member) {
	if !g.leads.Load() || !g.node.opened.Load() {
		return
	}
	var unsettled, owes bool
	g.engine.Replica().View(func(m *stream.Machine) { unsettled, owes = m.Unsettled(), m.Owes() })
	switch {
	case owes:
		s.wake(g)
	case unsettled && !g.settles.Swap(true):
		time.AfterFunc(settleAgain, func() {
			g.settles.Store(false)
			s.wake(g)
		})
	}
}

// run begins with all groups: a crash may have left work in any of them.
func (s *settler) run(ctx context.Context) {
	for _, g := range s.node.groups {
		s.wake(g)
	}
	for {
		var again <-chan time.Time
		for g := range s.dirty.take() {
			if err := s.settle(ctx, g); err != nil && ctx.Err() == nil {
				s.node.options.Logger.Warn("cannot settle forks yet", "group", g.id, "error", err)
				s.dirty.add(g)
				again = time.After(settleAgain)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-s.dirty.kick:
		case <-again:
		}
	}
}

func (s *settler) settle(ctx context.Context, g *member) error {
	if !g.engine.Leads() {
		return nil // whoever leads is woken when that begins
	}
	var pending map[stream.Name]*stream.Fork
	var releases map[uint64]*stream.Fork
	g.engine.Replica().View(func(m *stream.Machine) {
		if m.Unsettled() {
			pending, releases = m.PendingForks(), m.Releases()
		}
	})
	for name, f := range pending {
		_, err := s.node.driveFork(ctx, name, f)
		if errors.Is(err, store.ErrUnavailable) {
			return err
		}
		if err != nil {
			s.node.options.Logger.Info("interrupted fork was taken back", "stream", name, "error", err)
		}
	}
	for id, f := range releases {
		if err := s.giveBack(ctx, g, id, f); err != nil {
			return err
		}
	}
	return nil
}

// giveBack releases a reference and then forgets that it had to. The source may
// be gone with its last reference, and be a fork itself.
func (s *settler) giveBack(ctx context.Context, g *member, id uint64, f *stream.Fork) error {
	source := s.node.group(f.Source)
	release := &stream.Command{Op: stream.OpRelease, Name: f.Source, ID: f.SourceID, Ref: f.Ref}
	if err := source.carryOut(ctx, release); err != nil {
		return err
	}
	s.node.released(source)
	return g.carryOut(ctx, &stream.Command{Op: stream.OpSettle, Outbox: id})
}
