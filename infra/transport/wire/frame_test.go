package wire_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"ursula/infra/transport/wire"
)

func frame(h wire.Header, body string) []byte {
	b := append(wire.Begin(nil, h), body...)
	wire.Finish(b)
	return b
}

func hello() wire.Hello {
	return wire.Hello{Lowest: 1, Highest: 2, Class: 3, From: wire.Identity{Cluster: "c", Node: "7", Disk: "d"}}
}

func reply() wire.Reply {
	return wire.Reply{Refused: true, Version: 1, Lowest: 1, Highest: 1,
		From: wire.Identity{Cluster: "c", Node: "8", Disk: "e"}, Reason: "no"}
}

func TestAFrameIsReadAsItWasWritten(t *testing.T) {
	b := frame(wire.Header{Kind: wire.Call, Flags: wire.More, Group: 3, ID: 1 << 50}, "body")
	h, err := wire.Parse(b)
	if err != nil || h.Kind != wire.Call || h.Flags != wire.More || h.Group != 3 || h.ID != 1<<50 || h.Length != 4 {
		t.Fatalf("header %+v, %v", h, err)
	}
	if body, err := h.Body(b); err != nil || string(body) != "body" {
		t.Fatalf("body %q, %v", body, err)
	}
}

func TestADamagedFrameIsRefused(t *testing.T) {
	for i := range 8 * len(frame(wire.Header{}, "body")) {
		b := frame(wire.Header{Kind: wire.Tell}, "body")
		b[i/8] ^= 1 << (i % 8)
		if h, err := wire.Parse(b); err == nil && h.Length == len(b)-wire.HeaderSize {
			if _, err := h.Body(b); !errors.Is(err, wire.ErrMalformed) {
				t.Errorf("bit %d: %v", i, err)
			}
		}
	}
}

func TestALongFrameIsRefusedByItsHeader(t *testing.T) {
	b := append([]byte{1, 0, 1, 0}, make([]byte, wire.HeaderSize)...)
	if _, err := wire.Parse(b); !errors.Is(err, wire.ErrMalformed) {
		t.Errorf("65537 bytes: %v", err)
	}
}

func TestAHandshakeIsReadAsItWasWritten(t *testing.T) {
	var b bytes.Buffer
	_, _ = hello().WriteTo(&b)
	_, _ = reply().WriteTo(&b)
	_, _ = b.WriteString("rest")
	if h, err := wire.ReadHello(&b); err != nil || h != hello() {
		t.Errorf("hello %+v, %v", h, err)
	}
	if a, err := wire.ReadReply(&b); err != nil || a != reply() {
		t.Errorf("reply %+v, %v", a, err)
	}
	if b.String() != "rest" {
		t.Errorf("left over: %q", b.String())
	}
}

func TestVersionsInCommon(t *testing.T) {
	for _, c := range []struct {
		theirs, ours [2]byte
		want         byte
	}{
		{[2]byte{1, 1}, [2]byte{1, 1}, 1},
		{[2]byte{1, 3}, [2]byte{2, 4}, 3},
		{[2]byte{2, 4}, [2]byte{1, 3}, 3},
		{[2]byte{3, 4}, [2]byte{1, 2}, 0},
		{[2]byte{1, 2}, [2]byte{3, 4}, 0},
	} {
		h := wire.Hello{Lowest: c.theirs[0], Highest: c.theirs[1]}
		if got := h.Choose(c.ours[0], c.ours[1]); got != c.want {
			t.Errorf("%v and %v: %d, want %d", c.theirs, c.ours, got, c.want)
		}
	}
}

func TestALongReasonIsCut(t *testing.T) {
	var b bytes.Buffer
	a := reply()
	a.Reason = strings.Repeat("x", 1<<20)
	_, _ = a.WriteTo(&b)
	if got, err := wire.ReadReply(&b); err != nil || len(got.Reason) != 1<<10 {
		t.Errorf("%d bytes, %v", len(got.Reason), err)
	}
}

func TestSomethingElseThanANode(t *testing.T) {
	if _, err := wire.ReadHello(strings.NewReader("GET / HTTP/1.1\r\n\r\n")); !errors.Is(err, wire.ErrMalformed) {
		t.Error(err)
	}
	if _, err := wire.ReadHello(strings.NewReader("URSN")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}
