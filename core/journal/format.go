package journal

import (
	"encoding/binary"
	"hash/crc32"
)

// Sizes of docs/formats/journal.md, in bytes.
const (
	headerSize       = 64 // of a segment
	frameHeaderSize  = 32
	recordHeaderSize = 16
	sealSize         = frameHeaderSize
	alignment        = 8

	formatVersion = 1
	frameMagic    = 0x464a5255 // "URJF", little-endian

	flagSeal = 1
)

const segmentMagic = "URSULAJ\n"

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	le         = binary.LittleEndian
)

// Record is what a caller stores: bytes, with the group that they belong to
// and a kind that only the caller understands.
type Record struct {
	Group   uint32
	Kind    uint8
	Payload []byte
}

// Position says where a record lies. The zero Position is no record.
type Position struct {
	Segment uint64
	Offset  uint32
	Length  uint32 // of header and payload
}

// RecordSize returns the bytes that a record takes inside a frame.
func RecordSize(payload int) int64 { return int64(padded(recordHeaderSize + payload)) }

func padded(n int) int { return (n + alignment - 1) &^ (alignment - 1) }

// header opens every segment.
type header struct {
	generation uint64
	number     uint64
	salt       uint64
	shard      uint32
	shards     uint32
	capacity   uint32 // the file's size until its seal is on disk
}

func (h header) encode() []byte {
	b := make([]byte, headerSize)
	copy(b, segmentMagic)
	le.PutUint32(b[8:], formatVersion)
	le.PutUint64(b[16:], h.generation)
	le.PutUint64(b[24:], h.number)
	le.PutUint64(b[32:], h.salt)
	le.PutUint32(b[40:], h.shard)
	le.PutUint32(b[44:], h.shards)
	le.PutUint32(b[48:], h.capacity)
	le.PutUint32(b[60:], crc32.Checksum(b[:60], castagnoli))
	return b
}

func decodeHeader(b []byte) (header, error) {
	if len(b) < headerSize || string(b[:8]) != segmentMagic {
		return header{}, errMagic
	}
	if crc32.Checksum(b[:60], castagnoli) != le.Uint32(b[60:]) {
		return header{}, errChecksum
	}
	if le.Uint32(b[8:]) != formatVersion {
		return header{}, errVersion
	}
	return header{
		generation: le.Uint64(b[16:]),
		number:     le.Uint64(b[24:]),
		salt:       le.Uint64(b[32:]),
		shard:      le.Uint32(b[40:]),
		shards:     le.Uint32(b[44:]),
		capacity:   le.Uint32(b[48:]),
	}, nil
}

// frame is one write: a header and whole records, or a seal without any.
type frame struct {
	sequence uint64
	seal     bool
	body     []byte
}

// beginFrame makes room for a frame's header at the front of b.
func beginFrame(b []byte) []byte {
	return append(b[:0], make([]byte, frameHeaderSize)...)
}

// endFrame fills the header of a frame whose body follows it.
func endFrame(b []byte, salt, sequence uint64, flags uint32) {
	le.PutUint32(b, frameMagic)
	le.PutUint64(b[8:], salt)
	le.PutUint64(b[16:], sequence)
	le.PutUint32(b[24:], uint32(len(b)-frameHeaderSize))
	le.PutUint32(b[28:], flags)
	le.PutUint32(b[4:], crc32.Checksum(b[8:], castagnoli))
}

func encodeSeal(salt, sequence uint64) []byte {
	b := beginFrame(nil)
	endFrame(b, salt, sequence, flagSeal)
	return b
}

// decodeFrame reads the frame at the front of b.
func decodeFrame(b []byte, salt uint64) (frame, error) {
	if len(b) < frameHeaderSize {
		return frame{}, errBounds
	}
	if le.Uint32(b) != frameMagic || le.Uint64(b[8:]) != salt {
		return frame{}, errMagic
	}
	length := uint64(le.Uint32(b[24:]))
	if length > uint64(len(b)-frameHeaderSize) || length%alignment != 0 {
		return frame{}, errBounds
	}
	b = b[:frameHeaderSize+length]
	if crc32.Checksum(b[8:], castagnoli) != le.Uint32(b[4:]) {
		return frame{}, errChecksum
	}
	return frame{
		sequence: le.Uint64(b[16:]),
		seal:     le.Uint32(b[28:])&flagSeal != 0,
		body:     b[frameHeaderSize:],
	}, nil
}

// size returns the bytes that the frame takes in its segment.
func (f frame) size() int { return frameHeaderSize + len(f.body) }

// appendRecord adds a record, padded, to a frame's body.
func appendRecord(b []byte, r Record) []byte {
	at := len(b)
	b = append(b, make([]byte, recordHeaderSize)...)
	b = append(b, r.Payload...)
	le.PutUint32(b[at+4:], uint32(len(r.Payload)))
	le.PutUint32(b[at+8:], r.Group)
	b[at+12] = r.Kind
	le.PutUint32(b[at:], crc32.Checksum(b[at+4:], castagnoli))
	for len(b)%alignment != 0 {
		b = append(b, 0)
	}
	return b
}

// decodeRecord reads the record at the front of b without its checksum, and
// returns the bytes that it takes. The payload aliases b.
func decodeRecord(b []byte) (Record, int, error) {
	if len(b) < recordHeaderSize {
		return Record{}, 0, errBounds
	}
	length := uint64(le.Uint32(b[4:]))
	if length > uint64(len(b)-recordHeaderSize) {
		return Record{}, 0, errBounds
	}
	end := recordHeaderSize + int(length)
	r := Record{Group: le.Uint32(b[8:]), Kind: b[12], Payload: b[recordHeaderSize:end:end]}
	return r, end, nil
}

// verifyRecord is decodeRecord for bytes that no frame's checksum covers.
func verifyRecord(b []byte) (Record, error) {
	r, end, err := decodeRecord(b)
	if err != nil {
		return Record{}, err
	}
	if end != len(b) {
		return Record{}, errBounds
	}
	if crc32.Checksum(b[4:], castagnoli) != le.Uint32(b) {
		return Record{}, errChecksum
	}
	return r, nil
}
