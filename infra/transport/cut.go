package transport

import (
	"slices"

	"ursula/infra/transport/wire"
)

// cut is a message that is sent in pieces.
type cut struct {
	header wire.Header
	lane   lane
	parts  [][]byte // what is left of the body
	left   int      // bytes in parts
}

func newCut(h wire.Header, l lane, parts [][]byte) *cut {
	return &cut{header: h, lane: l, parts: slices.Clone(parts), left: size(parts)}
}

func size(parts [][]byte) (n int) {
	for _, p := range parts {
		n += len(p)
	}
	return n
}

// next appends a frame with the next piece.
func (c *cut) next(b []byte) []byte {
	h := c.header
	if c.left > wire.MaxBody {
		h.Flags |= wire.More
	}
	start := len(b)
	b = wire.Begin(b, h)
	for room := min(c.left, wire.MaxBody); room > 0; {
		n := min(room, len(c.parts[0]))
		b = append(b, c.parts[0][:n]...)
		if c.parts[0] = c.parts[0][n:]; len(c.parts[0]) == 0 {
			c.parts = c.parts[1:]
		}
		room, c.left = room-n, c.left-n
	}
	wire.Finish(b[start:])
	return b
}
