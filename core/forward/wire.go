package forward

import (
	"encoding/binary"
	"errors"
	"fmt"

	"ursula/core/group"
	"ursula/core/stream"
	"ursula/core/trace"
)

// errWire says that a call is not what this version sends.
var errWire = errors.New("malformed call between nodes")

// Every answer begins with how the call went (docs/formats/forward.md).
const (
	statusDone = iota
	statusNoLeader
	statusOverloaded
	statusNoSpace
	statusUnknown
	statusShutdown
	statusRefused // anything else, with its text; nothing happened
)

// statuses are the errors of the group's seam, by what they travel as.
func statuses() []error {
	return []error{
		statusNoLeader: group.ErrNoLeader, statusOverloaded: group.ErrOverloaded, statusNoSpace: group.ErrNoSpace,
		statusUnknown: group.ErrUnknownOutcome, statusShutdown: group.ErrShutdown,
	}
}

func appendFailure(err error) []byte { return append([]byte{statusOf(err)}, err.Error()...) }

// statusOf looks for doubt first: whatever else an error says, a command that may
// have taken effect must not be sent again.
func statusOf(err error) byte {
	if errors.Is(err, group.ErrUnknownOutcome) {
		return statusUnknown
	}
	for status, known := range statuses() {
		if known != nil && errors.Is(err, known) {
			return byte(status)
		}
	}
	return statusRefused
}

// remoteError is what another node refused with.
type remoteError struct {
	peer, text string
	kind       error
}

func (e *remoteError) Error() string { return "node " + e.peer + ": " + e.text }

// Unwrap returns the sentinel of the group's seam, if it is one.
func (e *remoteError) Unwrap() error { return e.kind }

// body returns what follows a good status.
func body(peer string, answer []byte) ([]byte, error) {
	switch {
	case len(answer) == 0:
		return nil, fmt.Errorf("%w: empty answer from node %s", errWire, peer)
	case answer[0] == statusDone:
		return answer[1:], nil
	}
	refused := &remoteError{peer: peer, text: string(answer[1:])}
	if known := statuses(); int(answer[0]) < len(known) {
		refused.kind = known[answer[0]]
	}
	return nil, refused
}

// proposeHead goes in front of a command: the group's number.
func proposeHead(id uint32) []byte { return binary.LittleEndian.AppendUint32(nil, id) }

// proposal is a command for a group, and where in a trace it was sent, if it is
// followed.
type proposal struct {
	group   uint32
	trace   *trace.Context
	command stream.Command
}

func decodePropose(payload []byte) (p proposal, err error) {
	if len(payload) < 4 {
		return p, errWire
	}
	p.group, payload = binary.LittleEndian.Uint32(payload), payload[4:]
	if p.group&followed != 0 {
		p.group &^= followed
		if p.trace, payload, err = cutContext(payload); err != nil {
			return p, err
		}
	}
	p.command, err = stream.DecodeCommand(payload)
	return p, err
}

const positionBytes = 24

func appendPosition(dst []byte, p group.Position) []byte {
	for _, v := range [...]uint64{p.Term, p.Commit, p.Applied} {
		dst = binary.LittleEndian.AppendUint64(dst, v)
	}
	return dst
}

func decodePosition(src []byte) group.Position {
	return group.Position{
		Term: binary.LittleEndian.Uint64(src), Commit: binary.LittleEndian.Uint64(src[8:]),
		Applied: binary.LittleEndian.Uint64(src[16:]),
	}
}
