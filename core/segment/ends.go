package segment

import (
	"encoding/binary"
	"fmt"
)

// encodeEnds writes offsets as differences: the first from the beginning of
// its range, each other from the one before.
func encodeEnds(from, to uint64, ends []uint64) ([]byte, error) {
	b := make([]byte, 0, 2*len(ends))
	last := from
	for _, end := range ends {
		if end <= last || end > to {
			return nil, fmt.Errorf("%w: record end %d after %d in [%d, %d)", ErrRange, end, last, from, to)
		}
		b = binary.AppendUvarint(b, end-last)
		last = end
	}
	return b, nil
}

// validEnds reports whether b is what encodeEnds writes for some offsets.
func validEnds(from, to uint64, b []byte) bool {
	for len(b) > 0 {
		delta, n := binary.Uvarint(b)
		if n <= 0 || delta == 0 || delta > to-from {
			return false
		}
		from += delta
		b = b[n:]
	}
	return true
}

// Ends appends to dst the offsets within (from, to] at which records of the
// range end, and returns the extended dst.
func (e Entry) Ends(dst []uint64, from, to uint64) []uint64 {
	end := e.From
	for b := e.ends; len(b) > 0; {
		delta, n := binary.Uvarint(b)
		b = b[n:]
		end += delta
		if end > to {
			break
		}
		if end > from {
			dst = append(dst, end)
		}
	}
	return dst
}
