package node

import (
	"context"

	"ursula/core/stream"
	"ursula/core/subscription"
)

// Records returns the node's records, as subscriptions keep their state in.
func (n *Node) Records() subscription.Records { return records{n} }

// Streams returns the built-in bucket's streams as subscriptions see them.
func (n *Node) Streams() subscription.Streams { return streams{n} }

type records struct{ node *Node }

func (r records) home(home string) *member { return r.node.groups[r.node.table.Home(home)] }

// Get implements subscription.Records.
func (r records) Get(ctx context.Context, home, key string) (value []byte, version uint64, err error) {
	g := r.home(home)
	if err := g.confirm(ctx); err != nil {
		return nil, 0, unavailable(err)
	}
	g.engine.Replica().View(func(m *stream.Machine) { value, version = m.Record(key) })
	return value, version, nil
}

// List implements subscription.Records.
func (r records) List(ctx context.Context, home, prefix string, visit subscription.Visit) error {
	return r.list(ctx, r.home(home), prefix, func(found record) bool {
		return visit(found.key, found.value, found.version)
	})
}

// Leads implements subscription.Records.
func (r records) Leads(home string) bool { return r.home(home).engine.Leads() }

// ListAll implements subscription.Records.
func (r records) ListAll(ctx context.Context, prefix string, visit subscription.Visit) error {
	more := true
	for _, g := range r.node.groups {
		if !more || !g.engine.Leads() {
			continue
		}
		err := r.list(ctx, g, prefix, func(found record) bool {
			more = visit(found.key, found.value, found.version)
			return more
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Commit implements subscription.Records.
func (r records) Commit(ctx context.Context, home string, batch stream.RecordBatch) error {
	err := r.home(home).carryOut(ctx, &stream.Command{Op: stream.OpRecord, Records: &batch})
	return unavailable(err)
}

type record struct {
	key     string
	value   []byte
	version uint64
}

// list copies what it finds before it calls visit, which may take its time.
func (r records) list(ctx context.Context, g *member, prefix string, visit func(record) bool) error {
	if err := g.confirm(ctx); err != nil {
		return unavailable(err)
	}
	var found []record
	g.engine.Replica().View(func(m *stream.Machine) {
		m.EachRecord(prefix, func(key string, value []byte, version uint64) bool {
			found = append(found, record{key, value, version})
			return true
		})
	})
	for _, f := range found {
		if !visit(f) {
			break
		}
	}
	return nil
}

type streams struct{ node *Node }

// Tail implements subscription.Streams.
func (s streams) Tail(ctx context.Context, name stream.Name) (stream.Info, error) {
	return s.node.Head(ctx, name)
}

// eachAtOnce bounds how many streams are looked at under one lock.
const eachAtOnce = 1024

// Each implements subscription.Streams.
func (s streams) Each(ctx context.Context, visit func(stream.Info) bool) error {
	for _, g := range s.node.groups {
		if err := g.confirm(ctx); err != nil {
			return unavailable(err)
		}
		if !s.eachOf(g, visit) {
			break
		}
	}
	return nil
}

func (s streams) eachOf(g *member, visit func(stream.Info) bool) (more bool) {
	first := stream.Name(stream.DefaultBucket + "/")
	for {
		found := make([]stream.Info, 0, 64)
		g.engine.Replica().View(func(m *stream.Machine) {
			m.Each(first, g.now(), func(info stream.Info) bool {
				found = append(found, info)
				return len(found) < eachAtOnce
			})
		})
		for _, info := range found {
			if info.Name.Bucket() == stream.DefaultBucket && !visit(info) {
				return false
			}
		}
		if len(found) < eachAtOnce {
			return true
		}
		first = found[len(found)-1].Name + "\x00"
	}
}

// Append implements subscription.Streams.
func (s streams) Append(ctx context.Context, name stream.Name, message []byte) error {
	framed, err := stream.FrameJSON(nil, message, false)
	if err != nil {
		return err
	}
	_, err = s.node.Append(ctx, &stream.Command{Name: name, ContentType: "application/json", Data: framed})
	return err
}
