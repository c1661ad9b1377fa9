// Package segment is the format of an object of the cold store: ranges of many
// streams of one group, packed one after the other, with an index at the end.
//
// The bytes of all ranges form one logical sequence, cut into blocks of
// BlockSize. Each block lies behind a small header with its checksum, so that
// where a logical offset lies follows from arithmetic, and a ranged read
// verifies what it got without having seen the index. The index says which
// stream's range lies where and where its records end; a footer of fixed size
// verifies the index. docs/formats/segment.md has the byte tables.
//
// Invariants: a segment never changes once it is written; every checksum
// covers the segment's ID, so that bytes of another object never pass for this
// one's; what is read is verified or is a *CorruptionError.
//
// The package does not know object stores, only how to read at an offset; nor
// does it know what records mean, who refers to a segment, or when one is made.
package segment

// The limits of a segment. A reader refuses what is beyond them before it
// allocates.
const (
	// BlockSize is how many payload bytes a block holds; only the last block
	// of a segment may hold fewer.
	BlockSize = 64 << 10

	// MaxData bounds the payload of a segment.
	MaxData = 1 << 30

	// MaxIndex bounds the encoded index.
	MaxIndex = 64 << 20

	// MaxRead bounds the bytes of one Read.
	MaxRead = 8 << 20

	// Version is the format that Build writes, and the only one that is read.
	Version = 1
)
