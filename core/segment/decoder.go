package segment

import (
	"encoding/binary"

	"ursula/core/stream"
)

// minEntry is the fewest bytes that an entry is encoded in: a name of one byte
// and five varints beside its length.
const minEntry = 7

// decoder takes fields off the front of an index. After a failure it returns
// zeros.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) entry() Entry {
	var e Entry
	e.Name = stream.Name(d.bytes(stream.MaxNameBytes))
	e.ID = d.uvarint()
	e.From = d.bounded(stream.MaxOffset)
	e.To = e.From + d.bounded(MaxData)
	e.Offset = d.bounded(MaxData)
	e.ends = d.bytes(MaxIndex)
	d.failed = d.failed || e.Name == "" || e.To == e.From || !validEnds(e.From, e.To, e.ends)
	return e
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.failed, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) bounded(limit uint64) uint64 {
	v := d.uvarint()
	if v > limit {
		d.failed = true
		return 0
	}
	return v
}

func (d *decoder) bytes(limit uint64) []byte {
	n := d.bounded(limit)
	if n > uint64(len(d.rest)) {
		d.failed, d.rest = true, nil
		return nil
	}
	p := d.rest[:n:n]
	d.rest = d.rest[n:]
	return p
}
