package transport_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"ursula/infra/transport"
	"ursula/infra/transport/wire"
)

// An answer of the reader's goes out although a part of the next frame is there.
func TestAPromptAnswerDoesNotWaitForTheNextFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		n := pipes.node(t, "1")
		n.SetPeers(map[string]string{"2": "2"})
		n.Handle(3, func(_ context.Context, _ string, p []byte) ([]byte, error) { return p, nil })
		n.HandlePromptly(3, func(_ string, p []byte) ([]byte, bool) { return p, true })
		s := connect(t, pipes, "1", transport.ClassCall)
		call := wire.Begin(nil, wire.Header{Kind: wire.Call, Group: 3, ID: 1})
		wire.Finish(call)
		next := wire.Begin(nil, wire.Header{Kind: wire.Call, Group: 3, ID: 2})
		wire.Finish(next)
		_, _ = s.conn.Write(append(call, next[:5]...))
		select {
		case <-s.requests:
		case <-time.After(100 * time.Millisecond):
			t.Error("the answer waits for the rest of another frame")
		}
		_, _ = s.conn.Write(next[5:])
		n.Close()
		synctest.Wait()
	})
}

// A call that cannot be answered at once goes to its handler.
func TestAPromptMayLeaveACallToItsHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes := newNetwork()
		one, two := pipes.node(t, "1"), pipes.node(t, "2")
		two.Handle(3, func(context.Context, string, []byte) ([]byte, error) { return []byte("handler"), nil })
		two.HandlePromptly(3, func(_ string, p []byte) ([]byte, bool) { return []byte("prompt"), string(p) == "now" })
		acquaint(one, two)
		await(t, true, one, two)
		for asked, want := range map[string]string{"now": "prompt", "later": "handler"} {
			if got, err := one.Call(t.Context(), "2", 3, []byte(asked)); err != nil || string(got) != want {
				t.Errorf("%s: %s, %v", asked, got, err)
			}
		}
		one.Close()
		two.Close()
		synctest.Wait()
	})
}
