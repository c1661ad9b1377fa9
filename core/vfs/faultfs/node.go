package faultfs

import "maps"

// node is a file's content, now and as last synced.
type node struct {
	data   []byte
	synced []byte
	dirty  map[int64]struct{} // pages written since the last sync
}

func (n *node) pages() int64 { return roundUp(int64(len(n.data))) }

// write puts p at off and marks the pages that it touches.
func (n *node) write(p []byte, off int64) {
	if len(p) == 0 {
		return
	}
	if end := off + int64(len(p)); end > int64(len(n.data)) {
		n.data = append(n.data, make([]byte, end-int64(len(n.data)))...)
	}
	copy(n.data[off:], p)
	n.mark(off, off+int64(len(p)))
}

func (n *node) truncate(size int64) {
	old := int64(len(n.data))
	if size <= old {
		clear(n.data[size:])
		n.data = n.data[:size]
		return
	}
	n.data = append(n.data, make([]byte, size-old)...)
	n.mark(old, size)
}

func (n *node) mark(from, to int64) {
	if n.dirty == nil {
		n.dirty = make(map[int64]struct{})
	}
	for page := from / PageSize; page*PageSize < to; page++ {
		n.dirty[page] = struct{}{}
	}
}

// sync copies the dirty pages only, which keeps long workloads linear.
func (n *node) sync() {
	n.synced = resize(n.synced, len(n.data))
	for page := range n.dirty {
		from, to := pageBounds(page, len(n.data))
		copy(n.synced[from:to], n.data[from:to])
	}
	clear(n.dirty)
}

// resize cuts b or extends it with zeros.
func resize(b []byte, size int) []byte {
	if size <= len(b) {
		clear(b[size:])
		return b[:size]
	}
	return append(b, make([]byte, size-len(b))...)
}

// pageBounds returns the byte range of a page inside a file of a size.
func pageBounds(page int64, size int) (from, to int) {
	from = min(int(page*PageSize), size)
	return from, min(from+PageSize, size)
}

func roundUp(size int64) int64 { return (size + PageSize - 1) / PageSize * PageSize }

// directory is a set of entries and the changes that a crash may undo.
type directory struct {
	entries map[string]*node
	durable map[string]*node
	pending []entryChange // made since the last sync, in order
}

// entryChange is one atomic change: a removal, an addition, or both.
type entryChange struct {
	removed, added string
	node           *node
}

func newDirectory() *directory {
	return &directory{entries: make(map[string]*node), durable: make(map[string]*node)}
}

func (d *directory) apply(c entryChange) {
	c.on(d.entries)
	d.pending = append(d.pending, c)
}

func (d *directory) sync() {
	d.durable = maps.Clone(d.entries)
	d.pending = nil
}

func (c entryChange) on(entries map[string]*node) {
	if c.removed != "" {
		delete(entries, c.removed)
	}
	if c.added != "" {
		entries[c.added] = c.node
	}
}
