package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// The file format, in bytes (docs/formats/snapshot.md):
//
//	0   8  magic "URSSTORE"
//	8   4  version, 1
//	12  4  length of the description
//	16  n  description
//	    4  CRC32C of everything so far
//	then blocks: 4 length, 4 CRC32C of length and payload, payload;
//	a block of length 0 ends the file.
const (
	magic       = "URSSTORE"
	version     = 1
	fixedHeader = 16
	blockHeader = 8
	blockBytes  = 256 << 10
	maxMeta     = 1 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrCorrupt says that a snapshot's bytes are not those that were written.
var ErrCorrupt = errors.New("snapshot is corrupted")

// CorruptionError says where: Offset is that of the header or block that is
// damaged. It wraps ErrCorrupt.
type CorruptionError struct {
	File   string
	Offset int64
}

func (e *CorruptionError) Error() string {
	return fmt.Sprintf("%v: %s at offset %d: restore the file from a backup, or remove this node's "+
		"data directory and let the node join the cluster again", ErrCorrupt, e.File, e.Offset)
}

// Unwrap returns ErrCorrupt.
func (e *CorruptionError) Unwrap() error { return ErrCorrupt }

// contentSize is how much content blocks of so many bytes hold. All but the last
// are full, and an empty one ends them. What is damaged gets some size; reading
// it finds the damage.
func contentSize(blocks int64) int64 {
	const full = blockHeader + blockBytes
	blocks = max(0, blocks-blockHeader)
	return blocks/full*blockBytes + max(0, blocks%full-blockHeader)
}

func encodeHeader(meta []byte) []byte {
	b := append(make([]byte, 0, fixedHeader+len(meta)+4), magic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(meta)))
	b = append(b, meta...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// sealBlock fills in the header of a block whose payload begins at blockHeader.
func sealBlock(b []byte) {
	binary.LittleEndian.PutUint32(b, uint32(len(b)-blockHeader))
	binary.LittleEndian.PutUint32(b[4:], blockSum(b))
}

func blockSum(b []byte) uint32 {
	return crc32.Update(crc32.Checksum(b[:4], castagnoli), castagnoli, b[blockHeader:])
}
