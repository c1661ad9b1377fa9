package forward_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"

	"ursula/core/forward"
	"ursula/core/group"
	"ursula/core/stream"
	"ursula/core/trace"
	"ursula/core/trace/tracetest"
)

// followedPair is pair with a tracer on both nodes, which notes to whom what the
// leader proposes belongs.
func followedPair(r *tracetest.Recorder) (e *forward.Engine, there *fakeLocal, calls *fakeCalls) {
	e, _, there, calls = pair()
	node := &fakeNode{groups: map[uint32]*fakeLocal{theGroup: there}}
	s := forward.NewServer(node)
	s.Trace(r)
	e.Trace(r)
	calls.answer = to(s)
	there.propose = func(ctx context.Context, _ *stream.Command) (stream.Result, error) {
		r.Span(ctx).Child("here", trace.Internal, time.Now()).End(time.Now(), nil)
		return stream.Result{}, nil
	}
	return e, there, calls
}

// A trace goes on at the leader, with the state that the client gave it.
func TestATraceGoesOnAtTheLeader(t *testing.T) {
	for _, row := range []struct{ state, arrives string }{
		{"", ""}, {"vendor=state", "vendor=state"}, {strings.Repeat("s", 512), strings.Repeat("s", 512)},
		{strings.Repeat("s", 513), ""}, // longer than has to be passed on
	} {
		var r tracetest.Recorder
		e, there, _ := followedPair(&r)
		ctx, request := r.Request(t.Context(), row.state)
		if _, err := e.Propose(ctx, numbered(1)); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Drive(ctx, "v1/fork", &stream.Fork{Source: "v1/a", Ref: "ref"}); err != nil {
			t.Fatal(err)
		}
		request.End(time.Now(), nil)
		const want = "request\n  forward/propose\n    forward/propose\n      here\n  forward/drive\n    forward/drive\n"
		if got := r.Tree(); got != want {
			t.Errorf("followed:\n%swant:\n%s", got, want)
		}
		sides := r.Named("forward/propose")
		if call := sides[0]; call.Kind != trace.Client || call.Attributes["ursula.peer"].Text != "b" ||
			call.Attributes["ursula.group"].Number != theGroup {
			t.Errorf("the call is %+v", call)
		}
		if !sides[1].Remote || sides[1].Context().State != row.arrives || sides[1].Context().Flags != 1 {
			t.Errorf("state %q arrived as %+v", row.state, sides[1].Context())
		}
		if len(there.seen()) != 1 {
			t.Errorf("%d proposals", len(there.seen()))
		}
	}
}

// The error of a call is told on both sides.
func TestAFollowedCallIsRefused(t *testing.T) {
	var r tracetest.Recorder
	e, there, _ := followedPair(&r)
	there.propose = func(context.Context, *stream.Command) (stream.Result, error) {
		return stream.Result{}, group.ErrOverloaded
	}
	ctx, _ := r.Request(t.Context(), "")
	_, _ = e.Propose(ctx, numbered(1))
	for _, s := range r.Named("forward/propose") {
		if !errors.Is(s.Err, group.ErrOverloaded) {
			t.Errorf("a side ended with %v", s.Err)
		}
	}
}

// A request that nobody follows is sent as if there were no tracer, to the byte.
func TestWhatIsNotFollowedLooksTheSame(t *testing.T) {
	var r tracetest.Recorder
	plain, _, _, without := pair()
	e, there, with := followedPair(&r)
	there.propose = nil
	for _, e := range []*forward.Engine{plain, e} {
		if _, err := e.Propose(t.Context(), numbered(1)); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := without.messages()[0].payload, with.messages()[0].payload; !bytes.Equal(a, b) {
		t.Errorf("% x with a tracer, % x without", b, a)
	}
	if tree := r.Tree(); tree != "" {
		t.Errorf("followed:\n%s", tree)
	}
}

// A node without a tracer carries out what others follow.
func TestALeaderWithoutATracer(t *testing.T) {
	var r tracetest.Recorder
	e, _, there, _ := pair()
	e.Trace(&r)
	ctx, _ := r.Request(t.Context(), "vendor=state")
	if _, err := e.Propose(ctx, numbered(1)); err != nil || len(there.seen()) != 1 {
		t.Errorf("%v, %d proposals", err, len(there.seen()))
	}
}

// A context that is cut short, or has more state than is sent, is refused with
// the command.
func TestMalformedContexts(t *testing.T) {
	g := newLocal("b", true)
	s := forward.NewServer(&fakeNode{groups: map[uint32]*fakeLocal{theGroup: g}})
	command := stream.AppendCommand(nil, numbered(1))
	call := func(context ...byte) []byte {
		return append(append(binary.LittleEndian.AppendUint32(nil, theGroup|1<<31), context...), command...)
	}
	sized := func(state uint16, length int) []byte {
		return append(binary.LittleEndian.AppendUint16(make([]byte, 25, 600), state), make([]byte, length)...)
	}
	for name, payload := range map[string][]byte{
		"nothing": binary.LittleEndian.AppendUint32(nil, theGroup|1<<31), "cut short": call(make([]byte, 26)...)[:30],
		"state beyond the end": call(sized(500, 0)...), "too much state": call(sized(513, 513)...),
	} {
		for _, m := range []forward.Method{forward.MethodPropose, forward.MethodDrive} {
			if _, err := s.Answer(t.Context(), m, "a", payload); err == nil {
				t.Errorf("%s: method %d took it", name, m)
			}
		}
	}
	if _, err := s.Propose(t.Context(), "a", call(sized(3, 3)...)); err != nil || len(g.seen()) != 1 {
		t.Errorf("a good one: %v, proposed %v", err, g.seen())
	}
}
