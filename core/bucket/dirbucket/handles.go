package dirbucket

import (
	"container/list"
	"sync"

	"ursula/core/vfs"
)

// handles keeps the most recently read files open, so that reading a range of
// a known object is one call to the system. Files in use are never closed
// under their reader: a handle that left the cache closes with its last user.
type handles struct {
	fs  vfs.FS
	max int

	mu    sync.Mutex
	byKey map[string]*list.Element // of *handle
	order *list.List               // most recent first
	epoch uint64                   // counts forgets: an open that overlaps one is not kept
}

type handle struct {
	name string
	file vfs.File
	// users counts readers, and the cache itself as one. Guarded by handles.mu.
	users int
}

func newHandles(fsys vfs.FS, max int) *handles {
	return &handles{fs: fsys, max: max, byKey: make(map[string]*list.Element), order: list.New()}
}

// acquire returns an open file; the caller releases it.
func (h *handles) acquire(name string) (*handle, error) {
	kept, epoch := h.lookup(name)
	if kept != nil {
		return kept, nil
	}
	file, err := h.fs.Open(name)
	if err != nil {
		return nil, err
	}
	opened := &handle{name: name, file: file, users: 1}
	h.keep(opened, epoch)
	return opened, nil
}

func (h *handles) lookup(name string) (*handle, uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e, ok := h.byKey[name]
	if !ok {
		return nil, h.epoch
	}
	h.order.MoveToFront(e)
	kept := e.Value.(*handle)
	kept.users++
	return kept, h.epoch
}

// keep caches a file that was opened at epoch, unless another reader was
// faster or the file may have been replaced since.
func (h *handles) keep(opened *handle, epoch uint64) {
	h.mu.Lock()
	if _, ok := h.byKey[opened.name]; ok || epoch != h.epoch {
		h.mu.Unlock()
		return
	}
	opened.users++
	h.byKey[opened.name] = h.order.PushFront(opened)
	var idle *handle
	if h.order.Len() > h.max {
		idle = h.evict(h.order.Back())
	}
	h.mu.Unlock()
	closeIdle(idle)
}

func (h *handles) release(used *handle) {
	h.mu.Lock()
	idle := h.unuse(used)
	h.mu.Unlock()
	closeIdle(idle)
}

// forget drops a file that was replaced or removed, or that cannot be read.
func (h *handles) forget(name string) {
	h.mu.Lock()
	h.epoch++
	var idle *handle
	if e, ok := h.byKey[name]; ok {
		idle = h.evict(e)
	}
	h.mu.Unlock()
	closeIdle(idle)
}

func (h *handles) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.epoch++
	for h.order.Len() > 0 {
		closeIdle(h.evict(h.order.Back()))
	}
}

// evict takes a handle out of the cache and returns it if nobody uses it. The
// caller holds h.mu.
func (h *handles) evict(e *list.Element) *handle {
	out := h.order.Remove(e).(*handle)
	delete(h.byKey, out.name)
	return h.unuse(out)
}

// unuse gives up one use and returns the handle if it was the last one. The
// caller holds h.mu.
func (h *handles) unuse(used *handle) *handle {
	if used.users--; used.users > 0 {
		return nil
	}
	return used
}

// closeIdle ignores the error of Close: a file that was only read has nothing
// to lose.
func closeIdle(idle *handle) {
	if idle != nil {
		idle.file.Close()
	}
}
