package transport

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"ursula/infra/transport/wire"
)

// queued starts a put that may wait, and returns what it ends with.
func queued(o *outbox, frame []byte, l lane, group uint32, stop <-chan struct{}) <-chan error {
	done := make(chan error, 1)
	go func() { done <- o.put(frame, l, group, stop) }()
	synctest.Wait()
	return done
}

func waits(done <-chan error) bool {
	select {
	case <-done:
		return false
	default:
		return true
	}
}

// TestAGroupCannotFillTheQueue: what is beyond its share waits, and others do
// not.
func TestAGroupCannotFillTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, frame := newOutbox(), make([]byte, groupBytes/2)
		for range 2 {
			if waits(queued(o, frame, ordered, 1, nil)) {
				t.Fatal("within its share")
			}
		}
		third := queued(o, frame, ordered, 1, nil)
		if !waits(third) {
			t.Error("beyond its share")
		}
		if waits(queued(o, frame, ordered, 2, nil)) {
			t.Error("another group")
		}
		if b := o.take(nil); len(b) != 3*len(frame) {
			t.Errorf("%d bytes", len(b))
		}
		if err := <-third; err != nil {
			t.Error(err)
		}
	})
}

func TestAFullQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		if waits(queued(o, make([]byte, roomBytes), normal, 0, nil)) {
			t.Fatal("the first frame")
		}
		stop := make(chan struct{})
		stopped, failed := queued(o, []byte("x"), normal, 0, stop), queued(o, []byte("x"), ordered, 0, nil)
		if !waits(stopped) || !waits(failed) {
			t.Error("there is no room")
		}
		if err := o.put([]byte("x"), optional, 0, nil); !errors.Is(err, errFull) {
			t.Errorf("optional: %v", err)
		}
		if err := o.put(make([]byte, urgentBytes-roomBytes), urgent, 0, nil); err != nil {
			t.Errorf("urgent: %v", err)
		}
		if err := o.put([]byte("x"), urgent, 0, nil); !errors.Is(err, errFull) {
			t.Errorf("beyond all limits: %v", err)
		}
		close(stop)
		if err := <-stopped; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		o.close(errNobody)
		if err := <-failed; !errors.Is(err, errNobody) {
			t.Error(err)
		}
	})
}

var errNobody = errors.New("nobody")

// TestAMessageInPiecesIsNotOvertakenByItsGroup, but by everybody else.
func TestAMessageInPiecesIsNotOvertakenByItsGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		large := newCut(wire.Header{Group: 1}, ordered, [][]byte{make([]byte, 2*wire.MaxBody), []byte("end")})
		if err := o.putCut(large, nil); err != nil {
			t.Fatal(err)
		}
		behind := queued(o, []byte("behind"), ordered, 1, nil)
		if waits(queued(o, []byte("other"), ordered, 2, nil)) || waits(queued(o, []byte("beat"), urgent, 1, nil)) {
			t.Error("others wait")
		}
		for _, n := range []int{len("otherbeat") + wire.MaxBody, wire.MaxBody} {
			if b := o.take(nil); len(b) != n+wire.HeaderSize || !waits(behind) {
				t.Errorf("%d bytes, waits: %v", len(b), waits(behind))
			}
			synctest.Wait()
		}
		if b := o.take(nil); !bytes.HasSuffix(b, []byte("end")) {
			t.Error("not the last piece")
		}
		if err := <-behind; err != nil || !bytes.Equal(o.take(nil), []byte("behind")) {
			t.Error("lost", err)
		}
	})
}

func TestMessagesInPiecesTakeTurns(t *testing.T) {
	o := newOutbox()
	for id := range uint64(2 * turns) {
		if err := o.putCut(newCut(wire.Header{ID: id}, normal, [][]byte{make([]byte, wire.MaxBody+1)}), nil); err != nil {
			t.Fatal(err)
		}
	}
	parts := assembler{}
	var order []uint64
	for b := o.take(nil); len(b) > 0; b = o.take(nil) {
		order = append(order, reassemble(t, parts, b)...)
	}
	for i, id := range order {
		if id != uint64(i) {
			t.Errorf("order %v", order)
		}
	}
	if len(order) != 2*turns || len(parts) != 0 {
		t.Errorf("%d whole, %d not", len(order), len(parts))
	}
}

// reassemble returns the ids of the messages that end in b.
func reassemble(t *testing.T, parts assembler, b []byte) (ids []uint64) {
	for len(b) > 0 {
		h, err := wire.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		frame := b[:wire.HeaderSize+h.Length]
		body, err := h.Body(frame)
		if err != nil {
			t.Fatal(err)
		}
		m, whole, err := parts.add(h, body)
		if err != nil {
			t.Fatal(err)
		}
		if whole {
			ids = append(ids, m.ID)
		}
		b = b[len(frame):]
	}
	return ids
}
