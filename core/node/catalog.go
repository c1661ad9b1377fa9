package node

import (
	"context"
	"fmt"

	"ursula/core/bucket/peerbucket"
	"ursula/core/segment"
	"ursula/core/stream"
)

var _ peerbucket.Catalog = (*Node)(nil)

// Prefixes implements peerbucket.Catalog.
func (n *Node) Prefixes() []string {
	prefixes := make([]string, n.id.Groups)
	for id := range prefixes {
		prefixes[id] = segment.Prefix(uint32(id))
	}
	return prefixes
}

// Named implements peerbucket.Catalog.
func (n *Node) Named(prefix string) (keys []string) {
	for _, g := range n.groups {
		if segment.Prefix(g.id) != prefix {
			continue
		}
		g.engine.Replica().View(func(m *stream.Machine) {
			for _, object := range m.Objects() {
				keys = append(keys, segment.ID{Group: g.id, Object: object}.Key())
			}
		})
	}
	return keys
}

// Forgotten implements peerbucket.Catalog. The numbers of objects only rise: one
// that is not above the last and is not known counts for nothing, whatever is
// still on its way (stream.Machine's flush).
func (n *Node) Forgotten(key string) (forgotten bool) {
	id, ok := segment.ParseKey(key)
	if !ok || int(id.Group) >= len(n.groups) {
		return false
	}
	n.groups[id.Group].engine.Replica().View(func(m *stream.Machine) {
		forgotten = !m.KnowsObject(id.Object) && id.Object <= m.LastObject()
	})
	return forgotten
}

// Verify implements peerbucket.Catalog.
func (n *Node) Verify(key string, content []byte) error {
	id, ok := segment.ParseKey(key)
	if !ok {
		return fmt.Errorf("%q is not the key of a segment", key)
	}
	return segment.Verify(context.Background(), id, content)
}
