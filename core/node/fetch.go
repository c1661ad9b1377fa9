package node

import (
	"context"

	"ursula/core/cold"
	"ursula/core/protocol/store"
	"ursula/core/segment"
	"ursula/core/stream"
)

// fetch carries out read plans. The pins keep the objects that its plans name
// until everything is read; the bytes themselves outlive the fetch.
type fetch struct {
	node    *Node
	history bool // nothing waits for a leader
	pins    map[uint32]*cold.Pin
	parts   [][]byte
	cold    []*cold.Bytes
}

func newFetch(n *Node) *fetch { return &fetch{node: n} }

// pin must be called before a plan of the group is made.
func (f *fetch) pin(g *member) *cold.Pin {
	if p, ok := f.pins[g.id]; ok {
		return p
	}
	if f.pins == nil {
		f.pins = make(map[uint32]*cold.Pin, 1)
	}
	p := f.node.reader.Pin(g.id)
	f.pins[g.id] = p
	return p
}

func (f *fetch) unpin() {
	for _, p := range f.pins {
		p.Release()
	}
}

// plan asks the group where the bytes are, and whether this read renews the
// stream's lifetime.
func (f *fetch) plan(g *member, name stream.Name, r store.ReadRequest) (plan stream.Plan, touch bool, err error) {
	f.pin(g)
	now := g.now()
	g.engine.Replica().View(func(m *stream.Machine) {
		var info stream.Info
		if info, err = m.Stat(name, now); err != nil {
			return
		}
		if r.Now {
			r.From = info.Tail
		}
		plan, err = m.ReadPlan(name, now, r.From, r.Max)
		touch = err == nil && m.NeedsTouch(name, now)
	})
	return plan, touch, err
}

// gather collects the bytes of a plan of group g, in order.
func (f *fetch) gather(ctx context.Context, g *member, plan *stream.Plan) error {
	for i := range plan.Spans {
		if err := f.span(ctx, g, &plan.Spans[i]); err != nil {
			return err
		}
	}
	return nil
}

func (f *fetch) span(ctx context.Context, g *member, s *stream.Span) error {
	switch {
	case s.Inherited != nil:
		return f.inherited(ctx, s)
	case s.Cold != nil:
		return f.coldSpan(ctx, g, s)
	}
	f.parts = append(f.parts, s.Hot...)
	return nil
}

func (f *fetch) coldSpan(ctx context.Context, g *member, s *stream.Span) error {
	at := *s.Cold
	for left := int(s.To - s.From); left > 0; {
		n := min(left, segment.MaxRead)
		b, err := f.pin(g).ReadSpan(ctx, at, n)
		if err != nil {
			return err
		}
		f.cold = append(f.cold, b)
		f.parts = append(f.parts, b.Parts...)
		at.Offset += uint64(n)
		left -= n
	}
	return nil
}

// inherited reads a fork's range from its source, which may be a fork itself.
func (f *fetch) inherited(ctx context.Context, s *stream.Span) (err error) {
	g := f.node.group(s.Inherited.Source)
	if !f.history { // this replica may not have the source yet
		if err := g.confirm(ctx); err != nil {
			return unavailable(err)
		}
	}
	f.pin(g)
	var plan stream.Plan
	g.engine.Replica().View(func(m *stream.Machine) {
		plan, err = m.InheritedPlan(s.Inherited.Source, s.Inherited.SourceID, s.From, s.To)
	})
	if err != nil {
		return err
	}
	return f.gather(ctx, g, &plan)
}

// release gives back what was read.
func (f *fetch) release() {
	for _, b := range f.cold {
		b.Release()
	}
}

// page makes the page of what was gathered; a JSON page that does not reach the
// tail is cut at its last message boundary.
func (f *fetch) page(plan *stream.Plan) *store.Page {
	if plan.Info.JSON && !plan.AtTail() {
		f.cutAtMessage()
	}
	next := plan.From
	for _, part := range f.parts {
		next += uint64(len(part))
	}
	page := &store.Page{
		Info: plan.Info, From: plan.From, Next: next, AtTail: next == plan.Info.Tail, Parts: f.parts,
	}
	if len(f.cold) > 0 {
		page.Free = f.release
	}
	return page
}

// cutAtMessage drops what comes after the last message boundary.
func (f *fetch) cutAtMessage() {
	for i := len(f.parts) - 1; i >= 0; i-- {
		if n := stream.CutJSON(f.parts[i]); n > 0 {
			f.parts[i] = f.parts[i][:n]
			f.parts = f.parts[:i+1]
			return
		}
	}
	f.parts = nil
}
