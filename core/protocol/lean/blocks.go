package lean

import "sync"

// blockSize is the size of all buffers: a plain head and the small body behind
// it, or a response that is sent with one write.
const blockSize = 4 << 10

type block [blockSize]byte

// blocks keeps blocks for reuse. The zero value is ready.
type blocks struct{ pool sync.Pool }

func (b *blocks) get() *block {
	if p, ok := b.pool.Get().(*block); ok {
		return p
	}
	return new(block)
}

func (b *blocks) put(p *block) {
	if p != nil {
		b.pool.Put(p)
	}
}

// putSlice takes a slice that began as a whole block; one that outgrew it is left
// to the garbage collector.
func (b *blocks) putSlice(p []byte) {
	if cap(p) == blockSize {
		b.put((*block)(p[:blockSize]))
	}
}
