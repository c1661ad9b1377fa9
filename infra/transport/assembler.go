package transport

import (
	"fmt"

	"ursula/infra/transport/wire"
)

// message is a request or an answer, whole. The body is the reader's buffer and
// lent for the moment, unless it is owned.
type message struct {
	wire.Header
	body  []byte
	owned bool
}

// assembler puts messages together that come in pieces. It takes memory only for
// what has arrived; the sender has no more than turns messages under way.
type assembler map[uint64][]byte

// add returns the message that a frame is the last of, and whether it is one.
func (a assembler) add(h wire.Header, body []byte) (m message, whole bool, err error) {
	begun, ok := a[h.ID]
	more := h.Flags&wire.More != 0
	if !ok && !more {
		return message{Header: h, body: body}, true, nil
	}
	if !ok && len(a) >= turns || len(begun)+len(body) > wire.MaxMessage {
		return message{}, false, fmt.Errorf("%w: pieces beyond the limit", wire.ErrMalformed)
	}
	begun = append(begun, body...)
	if more {
		a[h.ID] = begun
		return message{}, false, nil
	}
	delete(a, h.ID)
	return message{Header: h, body: begun, owned: true}, true, nil
}
