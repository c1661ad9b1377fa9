package forward

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"ursula/core/group"
	"ursula/core/stream"
)

// Server answers the calls of other nodes. Its methods may be called
// concurrently.
type Server struct{ node Node }

// NewServer returns the server of a node.
func NewServer(n Node) *Server { return &Server{n} }

// NotServing is the answer to any call while the node is not open: nothing
// happened.
func NotServing() []byte {
	return appendFailure(fmt.Errorf("%w: the node is starting", group.ErrNoLeader))
}

// electionPatience is how long a call waits on a node that was elected and does
// not serve yet. The caller knows no better place to ask.
const electionPatience = 2 * time.Second

// Propose answers MethodPropose. The command becomes the group's; payload must
// not be used again.
func (s *Server) Propose(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	id, c, err := decodePropose(payload)
	if err != nil {
		return nil, err
	}
	ctx, cancel, err := s.await(ctx, id)
	if err != nil {
		return appendFailure(err), nil
	}
	defer cancel()
	r, err := s.node.ProposeHere(ctx, id, c)
	if err != nil {
		return appendFailure(err), nil
	}
	return stream.AppendResult([]byte{statusDone}, &r), nil
}

// Drive answers MethodDrive, which names the fork in a command.
func (s *Server) Drive(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	_, c, err := decodePropose(payload)
	if err != nil || c.Fork == nil {
		return nil, errWire
	}
	r, err := s.node.DriveHere(ctx, c.Name, c.Fork)
	if err != nil {
		return appendFailure(err), nil
	}
	return stream.AppendResult([]byte{statusDone}, &r), nil
}

// await bounds a call to a node that may be about to lead. Where it leads there
// is nothing to bound. A node that is still opening its groups has none yet: the
// caller has not heard that it ceased to lead, and will.
func (s *Server) await(ctx context.Context, id uint32) (context.Context, context.CancelFunc, error) {
	g := s.node.Local(id)
	if g == nil {
		return nil, nil, fmt.Errorf("%w: group %d is not open", group.ErrNoLeader, id)
	}
	if g.Leads() {
		return ctx, func() {}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, electionPatience)
	return ctx, cancel, nil
}

// Advance answers MethodAdvance: the sender committed, and has nothing more to
// send that would say so.
func (s *Server) Advance(_ context.Context, from string, payload []byte) ([]byte, error) {
	const size = 4 + positionBytes
	if len(payload)%size != 0 {
		return nil, errWire
	}
	for ; len(payload) > 0; payload = payload[size:] {
		if g := s.node.Local(binary.LittleEndian.Uint32(payload)); g != nil {
			g.Advance(from, decodePosition(payload[4:]))
		}
	}
	return nil, nil
}

var _ group.Engine = (*Engine)(nil)
