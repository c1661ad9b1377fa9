package segment

import (
	"encoding/binary"
	"fmt"
	"sort"
	"strings"

	"ursula/core/stream"
)

// Entry describes one range of a segment.
type Entry struct {
	Name   stream.Name
	ID     uint64 // incarnation of the stream
	From   uint64
	To     uint64
	Offset uint64 // where From lies in the segment's logical sequence

	ends []byte // encoded; shares the index's memory
}

// Index is the decoded index of a segment. It is immutable and may be used
// concurrently. The tables of record ends stay encoded until they are asked
// for, so that an index takes little more memory than its encoded form.
type Index struct {
	entries []Entry // in the order of compare, none overlapping the next
	memory  int
}

// entryMemory is about what an Entry takes beside its name and ends.
const entryMemory = 96

// Entries returns the ranges, ordered by name, incarnation and offset. The
// caller must not change them.
func (x *Index) Entries() []Entry { return x.entries }

// Memory is about how many bytes of memory the index holds.
func (x *Index) Memory() int { return x.memory }

// Find returns the range that holds the byte at offset of a stream.
func (x *Index) Find(name stream.Name, id, offset uint64) (Entry, bool) {
	want := Entry{Name: name, ID: id, From: offset}
	after := sort.Search(len(x.entries), func(i int) bool { return x.entries[i].compare(want) > 0 })
	if after == 0 {
		return Entry{}, false
	}
	e := x.entries[after-1]
	return e, e.Name == name && e.ID == id && offset < e.To
}

// compare orders entries by name, incarnation and offset.
func (e Entry) compare(other Entry) int {
	if c := strings.Compare(string(e.Name), string(other.Name)); c != 0 {
		return c
	}
	if e.ID != other.ID {
		return compareUint(e.ID, other.ID)
	}
	return compareUint(e.From, other.From)
}

// before says that e is ordered before other and does not overlap it.
func (e Entry) before(other Entry) bool {
	same := e.Name == other.Name && e.ID == other.ID
	return e.compare(other) < 0 && (!same || e.To <= other.From)
}

func compareUint(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func encodeIndex(entries []Entry) []byte {
	var b []byte
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(len(e.Name)))
		b = append(b, e.Name...)
		b = binary.AppendUvarint(b, e.ID)
		b = binary.AppendUvarint(b, e.From)
		b = binary.AppendUvarint(b, e.To-e.From)
		b = binary.AppendUvarint(b, e.Offset)
		b = binary.AppendUvarint(b, uint64(len(e.ends)))
		b = append(b, e.ends...)
	}
	return b
}

// decodeIndex takes an index apart. Entries share the memory of b. Nothing is
// allocated beyond what the bytes that are there can hold.
func decodeIndex(b []byte, ranges int, data uint64) (*Index, error) {
	if ranges > len(b)/minEntry {
		return nil, fmt.Errorf("%w: %d ranges in %d bytes", ErrFormat, ranges, len(b))
	}
	x := &Index{entries: make([]Entry, 0, ranges), memory: len(b) + ranges*entryMemory}
	d := decoder{rest: b}
	for range ranges {
		e := d.entry()
		if d.failed || e.To > stream.MaxOffset || e.Offset+(e.To-e.From) > data {
			return nil, fmt.Errorf("%w: range %d", ErrFormat, len(x.entries))
		}
		if n := len(x.entries); n > 0 && !x.entries[n-1].before(e) {
			return nil, fmt.Errorf("%w: range %d is out of order", ErrFormat, n)
		}
		x.memory += len(e.Name)
		x.entries = append(x.entries, e)
	}
	if len(d.rest) > 0 {
		return nil, fmt.Errorf("%w: %d bytes after the last range", ErrFormat, len(d.rest))
	}
	return x, nil
}
