package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Limits of frames and of messages that are cut into several of them.
const (
	HeaderSize = 22
	MaxBody    = 64 << 10 // of a frame
	MaxMessage = 64 << 20 // of all frames of a message together
)

// ErrMalformed is wrapped by every error about bytes that no node of a version
// in common would have sent.
var ErrMalformed = errors.New("malformed")

// Kind says what a frame carries.
type Kind uint8

// Requests and notices. The answer to a request has the kind Answer of it.
const (
	Ping          Kind = 1
	Pong          Kind = 2
	AppendEntries Kind = 16
	Heartbeat     Kind = 17 // AppendEntries that only says who leads
	Vote          Kind = 18
	PreVote       Kind = 19
	TimeoutNow    Kind = 20
	Together      Kind = 21 // Heartbeats
	Call          Kind = 32
	Tell          Kind = 33
	Cancel        Kind = 34 // of the call with the same id

	answer Kind = 0x80
)

// Answer is the kind of the answer to a request of kind k.
func (k Kind) Answer() Kind { return k | answer }

// IsAnswer reports whether k answers a request.
func (k Kind) IsAnswer() bool { return k&answer != 0 }

// Flags qualify a frame.
type Flags uint8

const (
	More   Flags = 1 << iota // the message goes on in the next frame with this id
	Failed                   // the body is the text of an error
	Busy                     // the request was not looked at, for lack of room
)

// Header precedes each body.
type Header struct {
	Kind  Kind
	Flags Flags
	Group uint32 // a Raft group, or the method of a call
	ID    uint64 // of the request, unique on its connection

	Length int // of the body; set by Parse
	sum    uint32
}

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// Begin appends h to b with room for what only Finish can know. The body is to
// be appended next.
func Begin(b []byte, h Header) []byte {
	le := binary.LittleEndian
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0, byte(h.Kind), byte(h.Flags))
	b = le.AppendUint32(b, h.Group)
	return le.AppendUint64(b, h.ID)
}

// Finish completes a frame that takes all of b. Its body is no longer than
// MaxBody.
func Finish(b []byte) {
	le := binary.LittleEndian
	le.PutUint32(b, uint32(len(b)-HeaderSize))
	le.PutUint32(b[4:], crc32.Checksum(b[8:], castagnoli()))
}

// Parse reads the header at the start of b, which holds at least HeaderSize
// bytes. The length is within the limit when the error is nil.
func Parse(b []byte) (Header, error) {
	le := binary.LittleEndian
	n := le.Uint32(b)
	if n > MaxBody {
		return Header{}, fmt.Errorf("%w: frame of %d bytes, limit %d", ErrMalformed, n, MaxBody)
	}
	return Header{
		Kind: Kind(b[8]), Flags: Flags(b[9]), Group: le.Uint32(b[10:]), ID: le.Uint64(b[14:]),
		Length: int(n), sum: le.Uint32(b[4:]),
	}, nil
}

// Body returns the body of the frame that begins with h and takes all of b.
func (h Header) Body(b []byte) ([]byte, error) {
	if crc32.Checksum(b[8:], castagnoli()) != h.sum {
		return nil, fmt.Errorf("%w: checksum of frame", ErrMalformed)
	}
	return b[HeaderSize:], nil
}
