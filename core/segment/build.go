package segment

import (
	"fmt"
	"slices"

	"ursula/core/stream"
)

// Range is a stream's range to be written into a segment.
type Range struct {
	Name  stream.Name
	ID    uint64 // incarnation of the stream
	From  uint64
	To    uint64
	Parts [][]byte // the bytes of [From, To), in order
	Ends  []uint64 // where records end, strictly ascending, within (From, To]
}

// Segment is a segment that is complete but not stored yet.
type Segment struct {
	ID      ID
	Parts   [][]byte // the object's content; shares memory with the ranges
	Size    int64    // of the object, in bytes
	Offsets []uint64 // for each range, its logical offset in the segment
}

// Build lays ranges out in the order given. The bytes are not copied, so the
// ranges' parts must not change while the segment is in use. It returns an
// error that wraps ErrRange when a range contradicts itself or overlaps
// another, and one that wraps ErrLimit when there is too much of something.
func Build(id ID, ranges []Range) (*Segment, error) {
	pack := packer{id: id}
	entries := make([]Entry, 0, len(ranges))
	s := &Segment{ID: id, Offsets: make([]uint64, 0, len(ranges))}
	var offset uint64
	for i := range ranges {
		r := &ranges[i]
		e, err := r.entry(offset)
		if err != nil {
			return nil, fmt.Errorf("build %s: %s: %w", id.Key(), r.Name, err)
		}
		for _, part := range r.Parts {
			pack.add(part)
		}
		entries = append(entries, e)
		s.Offsets = append(s.Offsets, offset)
		offset += r.To - r.From
	}
	pack.close()
	if err := s.seal(pack.parts, entries, offset); err != nil {
		return nil, fmt.Errorf("build %s: %w", id.Key(), err)
	}
	return s, nil
}

// seal adds the index and the footer to the blocks.
func (s *Segment) seal(blocks [][]byte, entries []Entry, data uint64) error {
	slices.SortFunc(entries, Entry.compare)
	for i := 1; i < len(entries); i++ {
		if !entries[i-1].before(entries[i]) {
			return fmt.Errorf("%w: %s overlaps itself at %d", ErrRange, entries[i].Name, entries[i].From)
		}
	}
	index := encodeIndex(entries)
	if data > MaxData || len(index) > MaxIndex {
		return fmt.Errorf("%w: %d bytes of data, %d of index", ErrLimit, data, len(index))
	}
	f := footer{id: s.ID, ranges: len(entries), data: data, index: len(index), indexSum: checksum(index)}
	s.Parts = append(blocks, index, f.encode())
	s.Size = physicalSize(data) + int64(len(index)) + footerSize
	return nil
}

// entry checks a range and describes it for the index.
func (r *Range) entry(offset uint64) (Entry, error) {
	size := uint64(0)
	for _, part := range r.Parts {
		size += uint64(len(part))
	}
	switch {
	case r.Name == "" || len(r.Name) > stream.MaxNameBytes:
		return Entry{}, fmt.Errorf("%w: name of %d bytes", ErrRange, len(r.Name))
	case r.To <= r.From || r.To > stream.MaxOffset:
		return Entry{}, fmt.Errorf("%w: [%d, %d)", ErrRange, r.From, r.To)
	case size != r.To-r.From:
		return Entry{}, fmt.Errorf("%w: [%d, %d) with %d bytes", ErrRange, r.From, r.To, size)
	}
	ends, err := encodeEnds(r.From, r.To, r.Ends)
	return Entry{Name: r.Name, ID: r.ID, From: r.From, To: r.To, Offset: offset, ends: ends}, err
}
