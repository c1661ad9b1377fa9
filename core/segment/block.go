package segment

import (
	"encoding/binary"
	"hash/crc32"
)

// A block is a header and up to BlockSize bytes of payload. The header comes
// first so that the length of the last block is known before its end is.
const (
	headerSize = 8 // CRC32C, payload length
	stride     = headerSize + BlockSize
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// blockSum finishes the checksum of a block: to that of its payload it adds
// where the payload belongs.
func blockSum(payload uint32, id ID, block uint64, length int) uint32 {
	var place [20]byte
	binary.LittleEndian.PutUint32(place[0:], id.Group)
	binary.LittleEndian.PutUint64(place[4:], id.Object)
	binary.LittleEndian.PutUint32(place[12:], uint32(block))
	binary.LittleEndian.PutUint32(place[16:], uint32(length))
	return crc32.Update(payload, castagnoli, place[:])
}

// blockStart is where a block lies in the object.
func blockStart(block uint64) int64 { return int64(block) * stride }

// physicalSize is how many bytes the blocks of so much payload take.
func physicalSize(data uint64) int64 {
	blocks := (data + BlockSize - 1) / BlockSize
	return int64(data) + int64(blocks)*headerSize
}

// openBlock verifies the block at the beginning of buf, which may hold more,
// and returns its payload.
func openBlock(buf []byte, id ID, block uint64) ([]byte, error) {
	if len(buf) < headerSize {
		return nil, corrupt(id, blockStart(block), ErrTruncated)
	}
	sum, length := binary.LittleEndian.Uint32(buf), binary.LittleEndian.Uint32(buf[4:])
	if length == 0 || length > BlockSize {
		return nil, corrupt(id, blockStart(block), ErrFormat)
	}
	payload := buf[headerSize:]
	if uint64(length) > uint64(len(payload)) {
		return nil, corrupt(id, blockStart(block), ErrTruncated)
	}
	payload = payload[:length:length]
	if blockSum(crc32.Checksum(payload, castagnoli), id, block, len(payload)) != sum {
		return nil, corrupt(id, blockStart(block), ErrChecksum)
	}
	return payload, nil
}

// packer cuts a sequence of bytes into blocks without copying it.
type packer struct {
	id     ID
	parts  [][]byte
	blocks uint64
	header []byte // of the block that is open, nil when none is
	filled int    // bytes in it
	sum    uint32 // of those bytes
}

func (p *packer) add(data []byte) {
	for len(data) > 0 {
		if p.header == nil {
			p.open()
		}
		n := min(len(data), BlockSize-p.filled)
		p.parts = append(p.parts, data[:n:n])
		p.sum = crc32.Update(p.sum, castagnoli, data[:n])
		p.filled += n
		data = data[n:]
		if p.filled == BlockSize {
			p.close()
		}
	}
}

func (p *packer) open() {
	p.header = make([]byte, headerSize)
	p.parts = append(p.parts, p.header)
}

// close fills in the header of the block that is open, if one is.
func (p *packer) close() {
	if p.header == nil {
		return
	}
	binary.LittleEndian.PutUint32(p.header, blockSum(p.sum, p.id, p.blocks, p.filled))
	binary.LittleEndian.PutUint32(p.header[4:], uint32(p.filled))
	p.blocks++
	p.header, p.filled, p.sum = nil, 0, 0
}
