package wire_test

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"ursula/infra/transport/wire"
)

func TestTheMostHeartbeatsFitIntoAFrame(t *testing.T) {
	h := wire.Heartbeats{RPCHeader: own()}
	for range wire.MaxHeartbeats {
		h.Of = append(h.Of, wire.Leading{Group: math.MaxUint32, Term: math.MaxUint64})
	}
	b := encode(t, &h)
	if len(b) > wire.MaxBody {
		t.Errorf("%d bytes", len(b))
	}
	var got wire.Heartbeats
	if err := wire.Decode(b, me, &got); err != nil || len(got.Of) != len(h.Of) {
		t.Errorf("%d of %d, %v", len(got.Of), len(h.Of), err)
	}
}

func TestMalformedHeartbeats(t *testing.T) {
	head := []byte{3, 1} // version, header of the sender
	many := binary.AppendUvarint(head, wire.MaxHeartbeats+1)
	for name, b := range map[string][]byte{
		"one too many":         append(many, make([]byte, 3*wire.MaxHeartbeats)...),
		"no such group":        append(binary.AppendUvarint(append(head, 1), 1<<32), 1),
		"fewer than announced": append(head, 3, 1, 1, 1, 1),
	} {
		if err := wire.Decode(b, me, new(wire.Heartbeats)); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEachHeartbeatHasItsBit(t *testing.T) {
	f := wire.NewFollowed(10)
	f.Set(0)
	f.Set(9)
	for i := range 20 {
		if f.Has(i) != (i == 0 || i == 9) {
			t.Errorf("bit %d: %v", i, f.Has(i))
		}
	}
}
