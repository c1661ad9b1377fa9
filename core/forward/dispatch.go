package forward

import (
	"context"
	"fmt"

	"ursula/core/group"
)

// Methods lists the calls that a Server answers.
func Methods() []Method {
	return []Method{MethodPropose, MethodAsk, MethodAdvance, MethodDrive, MethodHear}
}

// Answer answers a call of another node, whichever it is.
func (s *Server) Answer(ctx context.Context, m Method, from string, payload []byte) ([]byte, error) {
	switch m {
	case MethodPropose:
		return s.Propose(ctx, from, payload)
	case MethodAsk:
		return s.Ask(ctx, from, payload)
	case MethodAdvance:
		return s.Advance(ctx, from, payload)
	case MethodDrive:
		return s.Drive(ctx, from, payload)
	case MethodHear:
		return s.Hear(payload)
	}
	return nil, fmt.Errorf("%w: method %d", errWire, m)
}

// NotServing is the answer to a call while the node is not open. Who sent a
// command learns from it that nothing happened.
func NotServing(m Method) ([]byte, error) {
	err := fmt.Errorf("%w: the node is starting", group.ErrNoLeader)
	if m == MethodPropose || m == MethodDrive {
		return appendFailure(err), nil
	}
	return nil, err
}
