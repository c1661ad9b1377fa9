package cold

import (
	"math/bits"
	"sync"
)

// The pooled sizes are the powers of two from smallestBuffer up; what does not
// fit the largest is allocated and left to the garbage collector.
const (
	smallestBuffer = 128 << 10 // one block with its header, and the next
	bufferClasses  = 6
)

// buffers recycles the memory of reads.
type buffers struct {
	classes [bufferClasses]sync.Pool // of *[]byte
}

// get returns a buffer of at least n bytes, to be given back with put.
func (b *buffers) get(n int) *[]byte {
	class := classOf(n)
	if class >= bufferClasses {
		buf := make([]byte, n)
		return &buf
	}
	if buf, ok := b.classes[class].Get().(*[]byte); ok {
		return buf
	}
	buf := make([]byte, smallestBuffer<<class)
	return &buf
}

func (b *buffers) put(buf *[]byte) {
	if class := classOf(len(*buf)); class < bufferClasses {
		b.classes[class].Put(buf)
	}
}

// classOf is the smallest class whose buffers hold n bytes.
func classOf(n int) int {
	return bits.Len(uint(max(n, 1)-1) / smallestBuffer)
}
