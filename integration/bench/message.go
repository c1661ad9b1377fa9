package bench

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// Messages of the fan-out workload are lines of text: a kind, a sequence number, the
// time at which they were sent, and padding. A line is one data line of SSE.
//
//	m            0 1767225600000000000 xxxxxxxx
const (
	kindMessage = 'm'
	kindLast    = 'l' // no message follows
	nanoWidth   = 19  // digits of a time in nanoseconds
	messageHead = 2 + seqWidth + 1 + nanoWidth + 1
)

// outgoing is the request that sends messages, patched in place for each.
type outgoing struct {
	request []byte
	kind    []byte
	seq     digits
	sentAt  digits
}

// newOutgoing builds the request for messages of size bytes, at least a message's head.
func newOutgoing(host, path string, size int) *outgoing {
	line := bytes.Repeat([]byte("x"), max(size, messageHead+1))
	line[1], line[2+seqWidth], line[messageHead-1], line[len(line)-1] = ' ', ' ', ' ', '\n'
	req := request("POST", host, path, line, contentType("text/plain"))
	body := req[len(req)-len(line):]
	return &outgoing{
		request: req, kind: body[:1],
		seq: digits(body[2 : 2+seqWidth]), sentAt: digits(body[3+seqWidth : 3+seqWidth+nanoWidth]),
	}
}

// set makes the next message.
func (o *outgoing) set(kind byte, seq uint64, now time.Time) {
	o.kind[0] = kind
	o.seq.set(seq)
	o.sentAt.set(uint64(now.UnixNano()))
}

// message is one that arrived.
type message struct {
	kind   byte
	seq    uint64
	sentAt time.Time
}

// parseMessage reads the head of a line.
func parseMessage(line []byte) (message, error) {
	if len(line) < messageHead {
		return message{}, fmt.Errorf("message %.60q is too short", line)
	}
	seq, err := strconv.ParseUint(string(bytes.TrimLeft(line[2:2+seqWidth], " ")), 10, 64)
	if err != nil {
		return message{}, fmt.Errorf("message %.60q: %w", line, err)
	}
	nanos, err := strconv.ParseInt(string(line[3+seqWidth:3+seqWidth+nanoWidth]), 10, 64)
	if err != nil {
		return message{}, fmt.Errorf("message %.60q: %w", line, err)
	}
	return message{kind: line[0], seq: seq, sentAt: time.Unix(0, nanos)}, nil
}

// message returns the next message. Other data lines are control events, and the empty
// line behind a message's line feed.
func (s *subscriber) message() (message, error) {
	for {
		line, err := s.data()
		if err != nil {
			return message{}, err
		}
		if len(line) > 0 && (line[0] == kindMessage || line[0] == kindLast) {
			return parseMessage(line)
		}
	}
}
