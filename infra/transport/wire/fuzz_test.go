package wire_test

import (
	"bytes"
	"errors"
	"reflect"
	"runtime"
	"testing"

	"github.com/hashicorp/raft"

	"ursula/infra/transport/wire"
)

// FuzzMessages feeds bytes to every decoder: none may panic, each error wraps
// ErrMalformed, and what was understood is understood alike when written again.
func FuzzMessages(f *testing.F) {
	for i, m := range samples() {
		f.Add(i, encode(f, m))
	}
	f.Add(0, []byte{3, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, which int, b []byte) {
		all := samples()
		first := empty(all[uint(which)%uint(len(all))])
		if err := wire.Adopt(b, me, first); err != nil {
			if !errors.Is(err, wire.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		second := empty(first)
		if err := wire.Decode(encode(t, first), me, second); err != nil || !reflect.DeepEqual(first, second) {
			t.Fatalf("%+v became %+v, %v", first, second, err)
		}
	})
}

// FuzzFrame: what is taken for a frame is one, to the byte.
func FuzzFrame(f *testing.F) {
	f.Add(frame(wire.Header{Kind: wire.Call, Flags: wire.More, Group: 3, ID: 1 << 50}, "body"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < wire.HeaderSize {
			return
		}
		h, err := wire.Parse(b)
		if err != nil || h.Length != len(b)-wire.HeaderSize {
			return
		}
		body, err := h.Body(b)
		if err != nil {
			return
		}
		again := frame(wire.Header{Kind: h.Kind, Flags: h.Flags, Group: h.Group, ID: h.ID}, string(body))
		if !bytes.Equal(again, b) {
			t.Errorf("%x became %x", b, again)
		}
	})
}

// FuzzHandshake reads what a stranger may send to the port.
func FuzzHandshake(f *testing.F) {
	var b bytes.Buffer
	_, _ = hello().WriteTo(&b)
	f.Add(bytes.Clone(b.Bytes()))
	b.Reset()
	_, _ = reply().WriteTo(&b)
	f.Add(bytes.Clone(b.Bytes()))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = wire.ReadHello(bytes.NewReader(b))
		_, _ = wire.ReadReply(bytes.NewReader(b))
		_, _ = wire.ReadRecord(bytes.NewReader(b))
	})
}

// TestALieAboutLengthTakesNoMemory gives each decoder a small message that says
// it is a large one.
func TestALieAboutLengthTakesNoMemory(t *testing.T) {
	lie := []byte{3, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var r raft.AppendEntriesRequest
	if err := wire.Adopt(lie, me, &r); !errors.Is(err, wire.ErrMalformed) {
		t.Error(err)
	}
	if _, err := wire.ReadRecord(bytes.NewReader([]byte{0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0})); !errors.Is(err, wire.ErrMalformed) {
		t.Error(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes allocated", n)
	}
}
