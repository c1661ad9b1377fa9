package transport

import (
	"net"
	"testing"
	"testing/synctest"

	"ursula/infra/transport/wire"
)

// A call that is answered later counts until there is room for its answer, so that a peer
// which takes none has no more than its share under way.
func TestAnAnswerWithoutRoomCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer there.Close()
		defer here.Close()
		c := newConn(&opened{conn: here, traffic: new(traffic)}, pulsePeriod(1))
		s := newCallServer(&Transport{}, c)
		m := message{Header: wire.Header{Kind: wire.Call, ID: 1}, body: make([]byte, 10)}
		if !s.admit(m) {
			t.Fatal("not admitted")
		}
		if err := c.out.put(make([]byte, roomBytes), normal, 0, nil); err != nil {
			t.Fatal(err)
		}
		r := &Reply{server: s, header: m.Header, size: len(m.body)}
		r.Answer(make([]byte, 10))
		r.Send()
		synctest.Wait()
		if s.calls != 1 || s.bytes != 10 {
			t.Errorf("%d calls, %d bytes count while the answer waits", s.calls, s.bytes)
		}
		c.taken = c.out.take(nil)
		synctest.Wait()
		if s.calls != 0 || s.bytes != 0 || !c.out.waits() {
			t.Errorf("afterwards %d calls, %d bytes count", s.calls, s.bytes)
		}
	})
}

// Answers that are held take no room from what must not wait: without that the
// connection would fail.
func TestHeldAnswersLeaveRoomForPongs(t *testing.T) {
	o := newOutbox()
	for o.put(make([]byte, wire.MaxBody), held, 0, nil) == nil {
	}
	if err := o.put(make([]byte, roomBytes), prompt, 0, nil); err != nil {
		t.Errorf("after %d bytes of answers: %v", len(o.frames), err)
	}
}
