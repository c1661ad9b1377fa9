package ring

// chunk is one allocation of adjacent stream bytes.
//
// ends holds where its records end, relative to start. A chunk with exactly one
// record leaves it nil: most streams of few appends then pay nothing for it.
type chunk struct {
	start uint64
	data  []byte
	ends  []uint32
}

func newChunk(start uint64, capacity int) chunk {
	return chunk{start: start, data: make([]byte, 0, capacity)}
}

func (c *chunk) end() uint64 { return c.start + uint64(len(c.data)) }

// size is the memory that the chunk occupies, in bytes.
func (c *chunk) size() int { return cap(c.data) + 4*cap(c.ends) }

func (c *chunk) append(p []byte) []byte {
	from := len(c.data)
	if from > 0 {
		if c.ends == nil {
			c.ends = append(c.ends, uint32(from))
		}
		c.ends = append(c.ends, uint32(from+len(p)))
	}
	c.data = append(c.data, p...)
	return c.data[from:len(c.data):len(c.data)]
}

func (c *chunk) appendEnds(dst []uint64, from, to uint64) []uint64 {
	if c.ends == nil {
		return appendWithin(dst, c.end(), from, to)
	}
	for _, e := range c.ends {
		dst = appendWithin(dst, c.start+uint64(e), from, to)
	}
	return dst
}

func appendWithin(dst []uint64, end, from, to uint64) []uint64 {
	if end > from && end <= to {
		return append(dst, end)
	}
	return dst
}
