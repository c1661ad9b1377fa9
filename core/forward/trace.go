package forward

import (
	"context"
	"encoding/binary"
	"time"

	"ursula/core/trace"
)

// Trace lets commands be followed to the node that carries them out. It is to be
// called before the first Propose.
func (e *Engine) Trace(t trace.Tracer) { e.tracer = t }

// Trace lets commands be followed that another node follows. It is to be called
// before the first call.
func (s *Server) Trace(t trace.Tracer) { s.tracer = t }

// traced is the head of a call to a node, and the span of the call, nil if
// nobody follows it.
func (e *Engine) traced(ctx context.Context, leader string, m Method) (head []byte, call trace.Span) {
	if e.tracer == nil {
		return proposeHead(e.id), nil
	}
	request := e.tracer.Span(ctx)
	if request == nil {
		return proposeHead(e.id), nil
	}
	call = request.Child(spanName(m), trace.Client, time.Now())
	call.Note(trace.Attribute{Key: "ursula.peer", Text: leader}, trace.Attribute{Key: "ursula.group", Number: int64(e.id)})
	return appendContext(proposeHead(e.id|followed), call.Context()), call
}

// end ends a span, if there is one.
func end(s trace.Span, err error) {
	if s != nil {
		s.End(time.Now(), err)
	}
}

// resume continues what the caller follows.
func (s *Server) resume(ctx context.Context, c *trace.Context, m Method) (context.Context, trace.Span) {
	if s.tracer == nil || c == nil {
		return ctx, nil
	}
	return s.tracer.Continue(ctx, *c, spanName(m))
}

func spanName(m Method) string {
	if m == MethodDrive {
		return "forward/drive"
	}
	return "forward/propose"
}

// followed marks the group of a call in whose head a trace context follows. No
// group has a number as high.
const followed = 1 << 31

const (
	contextBytes = 16 + 8 + 1 + 2
	maxState     = 512 // what the recommendation asks to be passed on
)

// appendContext leaves out a state that is too long: the trace goes on without.
func appendContext(dst []byte, c trace.Context) []byte {
	if len(c.State) > maxState {
		c.State = ""
	}
	dst = append(append(append(dst, c.Trace[:]...), c.Span[:]...), c.Flags)
	return append(binary.LittleEndian.AppendUint16(dst, uint16(len(c.State))), c.State...)
}

// cutContext reads a context and returns what follows it.
func cutContext(src []byte) (*trace.Context, []byte, error) {
	if len(src) < contextBytes {
		return nil, nil, errWire
	}
	c := &trace.Context{Trace: [16]byte(src), Span: [8]byte(src[16:]), Flags: src[24]}
	size := int(binary.LittleEndian.Uint16(src[25:]))
	src = src[contextBytes:]
	if size > maxState || size > len(src) {
		return nil, nil, errWire
	}
	c.State = string(src[:size])
	return c, src[size:], nil
}
