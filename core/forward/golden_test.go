package forward_test

import (
	"context"
	"encoding/hex"
	"flag"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ursula/core/forward"
	"ursula/core/group"
	"ursula/core/stream"
	"ursula/core/trace/tracetest"
)

var rewrite = flag.Bool("rewrite", false, "write the golden file anew")

// sampleResults have every field of a result between them.
func sampleResults() []stream.Result {
	fork := &stream.Fork{Source: "v1/source", SourceID: 3, At: 400, Requested: 300, Sub: 100, Inherits: true, Ref: "ref"}
	return []stream.Result{
		{Created: true, Next: 700, Closed: true, Info: &stream.Info{
			Name: "v1/a", ID: 2, ContentType: "application/json", JSON: true, Base: 5, Tail: 700, Closed: true,
			Created: 1700000000000, Lifetime: stream.Lifetime{TTL: 60, ExpiresAt: 1800000000000}, Fork: fork,
		}},
		{Duplicate: true, Next: 9, Producer: stream.Producer{ID: "p", Epoch: 1, Seq: 2}},
		{Err: &stream.ProducerError{Epoch: 1, Expected: 2, Received: 4, Err: stream.ErrSequenceGap}},
		{Pending: fork},
	}
}

// The golden file pins what nodes of one cluster say to each other, also while
// some of them run an older build. If this test fails, a rolling upgrade breaks:
// add a method or a version, or undo the change. -rewrite is for messages that no
// released build sends.
func TestFormatIsPinned(t *testing.T) {
	const file = "testdata/forward.v1.hex"
	got := exchange(t)
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what is sent:\n%s", file, got)
	}
}

// exchange has two nodes say everything there is to say, and writes it down.
func exchange(t *testing.T) string {
	var said strings.Builder
	note := func(what string, payload []byte) { said.WriteString(what + "\n" + hex.Dump(payload) + "\n") }
	e, here, there, calls := pair()
	there.at = group.Position{Term: 3, Commit: 12, Applied: 11}
	here.term, there.term, there.idle = 3, 3, true
	server := calls.answer
	calls.answer = func(ctx context.Context, m message) ([]byte, error) {
		answer, err := server(ctx, m)
		note("call of "+methods()[m.method], m.payload)
		note("answer", answer)
		return answer, err
	}
	propose(t, e, there)
	drive(t, e)
	if err := e.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	proposeFollowed(t, e)
	synctest.Test(t, func(*testing.T) {
		told := &fakeCalls{}
		node := &fakeNode{groups: map[uint32]*fakeLocal{theGroup: there}}
		forward.NewNotices(node, told, func() []string { return []string{"a"} }).Committed(theGroup)
		time.Sleep(time.Second)
		note(methods()[forward.MethodAdvance], told.messages()[0].payload)
	})
	if _, err := forward.Hears(t.Context(), calls, "b", time.Second, []uint32{theGroup, theGroup + 1}); err != nil {
		t.Fatal(err)
	}
	return said.String()
}

// propose gets every sample and a refusal.
func propose(t *testing.T, e *forward.Engine, there *fakeLocal) {
	results := sampleResults()
	there.propose = func(context.Context, *stream.Command) (stream.Result, error) {
		if len(results) == 0 {
			return stream.Result{}, group.ErrOverloaded
		}
		defer func() { results = results[1:] }()
		return results[0], nil
	}
	for range len(results) {
		if _, err := e.Propose(t.Context(), numbered(3)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Propose(t.Context(), numbered(3)); err == nil {
		t.Fatal("not refused")
	}
}

func drive(t *testing.T, e *forward.Engine) {
	fork := &stream.Fork{Source: "v1/source", SourceID: 3, At: 400, Requested: stream.CurrentTail, Ref: "ref"}
	if _, err := e.Drive(t.Context(), "v1/fork", fork); err != nil {
		t.Fatal(err)
	}
}

// proposeFollowed sends a command of a request that is followed.
func proposeFollowed(t *testing.T, e *forward.Engine) {
	var r tracetest.Recorder
	e.Trace(&r)
	ctx, _ := r.Request(t.Context(), "vendor=state")
	if _, err := e.Propose(ctx, numbered(3)); err == nil {
		t.Fatal("not refused")
	}
}

func methods() map[forward.Method]string {
	return map[forward.Method]string{
		16: "propose (16)", 17: "ask (17)", 19: "advance (19), not answered",
		20: "drive (20)", 21: "hear (21)",
	}
}
