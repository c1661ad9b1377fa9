package segment

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// footerSize is the fixed size of the footer, the object's last bytes.
const footerSize = 56

// magic ends every segment.
const magic = "ursulseg"

// blockShift states BlockSize in the footer, as a power of two.
const blockShift = 16

// footer describes the rest of the object.
type footer struct {
	id       ID
	ranges   int
	data     uint64 // logical bytes
	index    int    // bytes of the encoded index
	indexSum uint32
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

func (f footer) encode() []byte {
	b := make([]byte, 4, footerSize)
	b = binary.LittleEndian.AppendUint16(b, Version)
	b = binary.LittleEndian.AppendUint16(b, blockShift)
	b = binary.LittleEndian.AppendUint32(b, f.id.Group)
	b = binary.LittleEndian.AppendUint32(b, uint32(f.ranges))
	b = binary.LittleEndian.AppendUint64(b, f.id.Object)
	b = binary.LittleEndian.AppendUint64(b, f.data)
	b = binary.LittleEndian.AppendUint64(b, uint64(f.index))
	b = binary.LittleEndian.AppendUint32(b, f.indexSum)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = append(b, magic...)
	binary.LittleEndian.PutUint32(b, checksum(b[4:]))
	return b
}

// decodeFooter reads the footer of a segment that should be id and whose
// object has size bytes.
func decodeFooter(b []byte, id ID, size int64) (footer, error) {
	switch {
	case string(b[48:footerSize]) != magic:
		return footer{}, fmt.Errorf("%w: no magic at its end", ErrFormat)
	case checksum(b[4:footerSize]) != binary.LittleEndian.Uint32(b):
		return footer{}, ErrChecksum
	case binary.LittleEndian.Uint16(b[4:]) != Version:
		return footer{}, fmt.Errorf("%w: version %d", ErrFormat, binary.LittleEndian.Uint16(b[4:]))
	case binary.LittleEndian.Uint16(b[6:]) != blockShift:
		return footer{}, fmt.Errorf("%w: block size", ErrFormat)
	}
	f := footer{
		id:       ID{Group: binary.LittleEndian.Uint32(b[8:]), Object: binary.LittleEndian.Uint64(b[16:])},
		ranges:   int(binary.LittleEndian.Uint32(b[12:])),
		data:     binary.LittleEndian.Uint64(b[24:]),
		indexSum: binary.LittleEndian.Uint32(b[40:]),
	}
	index := binary.LittleEndian.Uint64(b[32:])
	if f.data > MaxData || index > MaxIndex {
		return footer{}, fmt.Errorf("%w: %d bytes of data, %d of index", ErrFormat, f.data, index)
	}
	f.index = int(index)
	return f, f.check(id, size)
}

// check compares what the footer says with what the reader knows.
func (f footer) check(id ID, size int64) error {
	if f.id != id {
		return fmt.Errorf("%w: it is %s", ErrFormat, f.id.Key())
	}
	if physicalSize(f.data)+int64(f.index)+footerSize != size {
		return fmt.Errorf("%w: object of %d bytes", ErrFormat, size)
	}
	return nil
}
