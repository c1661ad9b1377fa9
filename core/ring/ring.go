// Package ring keeps the newest bytes of one stream in memory.
//
// A Buffer owns a contiguous range [Start, End) of a stream as a list of
// chunks. Invariants: chunks are adjacent and in order; bytes that were handed
// out by Slice never change, because a chunk is only ever extended past its
// published length; Start only grows.
//
// The package knows nothing of durability: what is in a Buffer is what its
// owner put there. A Buffer is not safe for concurrent use; the byte slices
// that it hands out are.
package ring

// MaxChunk is the largest capacity, in bytes, that a chunk grows to by
// doubling. A single larger append still gets one chunk of exactly its size.
const MaxChunk = 64 << 10

// Buffer is a contiguous range of the newest bytes of a stream. The zero value
// is an empty buffer that starts at offset 0.
type Buffer struct {
	start  uint64
	end    uint64
	size   int
	chunks []chunk
}

// New returns an empty buffer whose first byte will have offset start.
func New(start uint64) Buffer { return Buffer{start: start, end: start} }

// Reset makes the buffer an empty one whose first byte will have offset start.
func (b *Buffer) Reset(start uint64) { *b = New(start) }

// Start is the offset of the first byte held.
func (b *Buffer) Start() uint64 { return b.start }

// End is the offset after the last byte held.
func (b *Buffer) End() uint64 { return b.end }

// Len is the number of stream bytes held.
func (b *Buffer) Len() int { return int(b.end - b.start) }

// Size is the memory, in bytes, that the chunks and their record ends occupy:
// what budgets count.
func (b *Buffer) Size() int { return b.size }

// Append copies p to the end of the buffer as one record and returns the
// buffer's own copy of it, which never changes.
func (b *Buffer) Append(p []byte) []byte {
	last := b.last()
	if last == nil || cap(last.data)-len(last.data) < len(p) {
		last = b.grow(len(p))
	}
	before := last.size()
	stored := last.append(p)
	b.size += last.size() - before
	b.end += uint64(len(p))
	return stored
}

// Slice appends to dst the parts that make up [from, to), clipped to what the
// buffer holds, and returns the extended dst. The parts share the buffer's
// memory and stay valid and unchanged for as long as they are referenced.
func (b *Buffer) Slice(dst [][]byte, from, to uint64) [][]byte {
	from, to = max(from, b.start), min(to, b.end)
	for i := b.find(from); i < len(b.chunks) && from < to; i++ {
		c := &b.chunks[i]
		part := c.data[from-c.start : min(to, c.end())-c.start]
		dst = append(dst, part[:len(part):len(part)])
		from += uint64(len(part))
	}
	return dst
}

// Ends appends to dst the offsets at which the records that end in (from, to]
// end, and returns the extended dst.
func (b *Buffer) Ends(dst []uint64, from, to uint64) []uint64 {
	for i := b.find(from); i < len(b.chunks) && b.chunks[i].start < to; i++ {
		dst = b.chunks[i].appendEnds(dst, from, to)
	}
	return dst
}

// Drop forgets the bytes before offset and returns by how much Size shrank.
// Memory is given back chunk by chunk, so some of it may stay until a later
// Drop passes the chunk's end.
func (b *Buffer) Drop(before uint64) int {
	before = min(before, b.end)
	if before <= b.start {
		return 0
	}
	n, freed := 0, 0
	for n < len(b.chunks) && b.chunks[n].end() <= before {
		freed += b.chunks[n].size()
		n++
	}
	b.chunks = append([]chunk(nil), b.chunks[n:]...)
	b.start = before
	b.size -= freed
	return freed
}

// Clone returns a buffer with the same content; drops and appends to one do not
// show in the other. It copies chunk headers, not bytes, and both share the
// spare capacity of the last chunk: only one of the two may be appended to.
func (b *Buffer) Clone() Buffer {
	c := *b
	c.chunks = append([]chunk(nil), b.chunks...)
	return c
}

func (b *Buffer) last() *chunk {
	if len(b.chunks) == 0 {
		return nil
	}
	return &b.chunks[len(b.chunks)-1]
}

// grow adds an empty chunk with room for n bytes. The first chunk fits exactly,
// so that a stream of one append wastes nothing; later ones double.
func (b *Buffer) grow(n int) *chunk {
	want := n
	if last := b.last(); last != nil {
		want = max(n, min(2*cap(last.data), MaxChunk))
	}
	c := newChunk(b.end, want)
	b.size += c.size()
	b.chunks = append(b.chunks, c)
	return b.last()
}

// find returns the index of the chunk that holds offset, or the first after it.
func (b *Buffer) find(offset uint64) int {
	lo, hi := 0, len(b.chunks)
	for lo < hi {
		mid := (lo + hi) / 2
		if b.chunks[mid].end() <= offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
