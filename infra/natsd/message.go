package natsd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"ursula/core/stream"
)

// errMessage says that a message is not one of ours or was damaged.
var errMessage = errors.New("natsd: bad message")

// Layout of a message; docs/formats/tail-events.md says what the fields mean.
const (
	version = 1

	flagClosed = 1 << 0
	flagGone   = 1 << 1
	flagData   = 1 << 2

	headBytes = 40 // before the name
	sumBytes  = 4  // CRC32C of all that is before
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// origin is where an event was applied first.
type origin struct {
	group uint32
	term  uint64
}

// appendMessage encodes an event, with its data unless that is missing or longer
// than limit.
func appendMessage(dst []byte, o origin, e *stream.Event, limit int) []byte {
	start := len(dst)
	data := e.Data
	if len(data) > limit {
		data = nil
	}
	dst = append(dst, version, flagsOf(e, data))
	dst = binary.LittleEndian.AppendUint32(dst, o.group)
	dst = binary.LittleEndian.AppendUint64(dst, o.term)
	dst = binary.LittleEndian.AppendUint64(dst, e.ID)
	dst = binary.LittleEndian.AppendUint64(dst, e.From)
	dst = binary.LittleEndian.AppendUint64(dst, e.To)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(e.Name)))
	dst = append(append(dst, e.Name...), data...)
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli))
}

func flagsOf(e *stream.Event, data []byte) (flags byte) {
	if e.Closed {
		flags |= flagClosed
	}
	if e.Gone {
		flags |= flagGone
	}
	if len(data) > 0 {
		flags |= flagData
	}
	return flags
}

// decodeMessage returns an event whose Data is a part of m. Without the flag for
// data an event that has a range comes without its bytes.
func decodeMessage(m []byte) (o origin, e stream.Event, err error) {
	if len(m) < headBytes+sumBytes {
		return o, e, fmt.Errorf("%w: %d bytes", errMessage, len(m))
	}
	body, sum := m[:len(m)-sumBytes], m[len(m)-sumBytes:]
	switch {
	case m[0] != version:
		return o, e, fmt.Errorf("%w: version %d", errMessage, m[0])
	case m[1]&^(flagClosed|flagGone|flagData) != 0:
		return o, e, fmt.Errorf("%w: flags %#x", errMessage, m[1])
	case binary.LittleEndian.Uint32(sum) != crc32.Checksum(body, castagnoli):
		return o, e, fmt.Errorf("%w: checksum", errMessage)
	}
	o, e = decodeHead(body)
	return o, e, decodeTail(&e, body)
}

func decodeHead(m []byte) (origin, stream.Event) {
	return origin{group: binary.LittleEndian.Uint32(m[2:]), term: binary.LittleEndian.Uint64(m[6:])},
		stream.Event{
			ID:     binary.LittleEndian.Uint64(m[14:]),
			From:   binary.LittleEndian.Uint64(m[22:]),
			To:     binary.LittleEndian.Uint64(m[30:]),
			Closed: m[1]&flagClosed != 0,
			Gone:   m[1]&flagGone != 0,
		}
}

// decodeTail fills in name and data, and judges what belongs together.
func decodeTail(e *stream.Event, m []byte) error {
	n := int(binary.LittleEndian.Uint16(m[38:]))
	if n == 0 || n > stream.MaxNameBytes || n > len(m)-headBytes {
		return fmt.Errorf("%w: a name of %d bytes", errMessage, n)
	}
	e.Name = stream.Name(m[headBytes : headBytes+n])
	data := m[headBytes+n:]
	want := uint64(0)
	if m[1]&flagData != 0 {
		want = e.To - e.From
		e.Data = data[:len(data):len(data)]
	}
	if e.From > e.To || uint64(len(data)) != want || m[1]&flagData != 0 && want == 0 {
		return fmt.Errorf("%w: %d bytes of data for [%d, %d)", errMessage, len(data), e.From, e.To)
	}
	return nil
}
