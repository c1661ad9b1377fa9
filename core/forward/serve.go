package forward

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"ursula/core/group"
	"ursula/core/stream"
	"ursula/core/trace"
)

// Server answers the calls of other nodes. Its methods may be called
// concurrently.
type Server struct {
	node   Node
	tracer trace.Tracer // nil: nothing is followed
}

// NewServer returns the server of a node.
func NewServer(n Node) *Server { return &Server{node: n} }

// electionPatience is how long a call waits on a node that was elected and does
// not serve yet. The caller knows no better place to ask.
const electionPatience = 2 * time.Second

// Propose answers MethodPropose. The command becomes the group's; payload must
// not be used again.
func (s *Server) Propose(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	p, err := decodePropose(payload)
	if err != nil {
		return nil, err
	}
	ctx, span := s.resume(ctx, p.trace, MethodPropose)
	r, err := s.propose(ctx, &p)
	end(span, err)
	return proposed(&r, err), nil
}

func (s *Server) propose(ctx context.Context, p *proposal) (stream.Result, error) {
	ctx, cancel, err := s.await(ctx, p.group)
	if err != nil {
		return stream.Result{}, err
	}
	defer cancel()
	return s.node.ProposeHere(ctx, p.group, &p.command)
}

// Drive answers MethodDrive, which names the fork in a command.
func (s *Server) Drive(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	p, err := decodePropose(payload)
	if err != nil || p.command.Fork == nil {
		return nil, errWire
	}
	ctx, span := s.resume(ctx, p.trace, MethodDrive)
	r, err := s.node.DriveHere(ctx, p.command.Name, p.command.Fork)
	end(span, err)
	return proposed(&r, err), nil
}

func proposed(r *stream.Result, err error) []byte {
	if err != nil {
		return appendFailure(err)
	}
	return stream.AppendResult([]byte{statusDone}, r)
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
