package peerbucket_test

import (
	"context"
	"errors"
	"io"
	"syscall"
	"testing"

	"ursula/core/bucket"
	"ursula/core/bucket/peerbucket"
	"ursula/core/vfs/faultfs"
)

func TestReadsFallBackToPeers(t *testing.T) {
	m := newMesh(t, 3)
	mustPut(t, m.nodes["3"].local, "g/a.x", "0123456789")
	m.set(refuse, "2")
	b := m.bucket()
	if got, err := read(t, b, "g/a.x"); got != "0123456789" || err != nil {
		t.Fatalf("%q, %v", got, err)
	}
	dst := make([]byte, 8)
	if n, err := b.Get(t.Context(), "g/a.x", dst, 6); string(dst[:n]) != "6789" || err != io.EOF {
		t.Fatalf("%q, %v", dst[:n], err)
	}
	if _, err := m.nodes["1"].local.Stat(t.Context(), "g/a.x"); !errors.Is(err, bucket.ErrNotFound) {
		t.Fatalf("a ranged read was kept: %v", err)
	}
	if got := b.Stats(); got.Elsewhere != 2 || got.ReadBytes != 14 {
		t.Fatalf("%+v", got)
	}
}

// TestACopyThatTheDiskKeepsBackIsReadElsewhere: one bad sector is no reason to fail
// a read that others can answer.
func TestACopyThatTheDiskKeepsBackIsReadElsewhere(t *testing.T) {
	m := newMesh(t, 3)
	b := m.bucket()
	mustPut(t, m.nodes["1"].local, "g/a.x", "0123456789")
	broken := func() {
		m.nodes["1"].disk.Inject(faultfs.Rule{Op: faultfs.OpRead, Nth: 1, Err: syscall.EIO})
	}
	broken()
	dst := make([]byte, 10)
	_, err := b.Get(t.Context(), "g/a.x", dst, 0)
	if !errors.Is(err, syscall.EIO) || !errors.Is(err, peerbucket.ErrUnavailable) || errors.Is(err, bucket.ErrNotFound) {
		t.Fatalf("nobody else has it, and it is not lost: %v", err)
	}
	mustPut(t, m.nodes["3"].local, "g/a.x", "0123456789")
	broken()
	if n, err := b.Get(t.Context(), "g/a.x", dst, 0); string(dst[:n]) != "0123456789" || err != nil {
		t.Fatalf("%q, %v", dst[:n], err)
	}
	if got := b.Stats(); got.ReadBytes != 10 {
		t.Fatalf("%+v", got)
	}
}

// TestWhoServedLastIsAskedFirst spares every read the peer that is dead.
func TestWhoServedLastIsAskedFirst(t *testing.T) {
	m := newMesh(t, 3)
	mustPut(t, m.nodes["3"].local, "g/a.x", "content")
	m.set(refuse, "2")
	b := m.bucket()
	for range 3 {
		if _, err := b.Get(t.Context(), "g/a.x", make([]byte, 1), 0); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(m.nodes["2"].requests); got != 1 {
		t.Fatalf("the dead peer was asked %d times", got)
	}
}

// TestNotFoundNeedsEverybody tells "nobody has it" from "nobody who answers has
// it": a reader makes a new plan on the one, and tries again on the other.
func TestNotFoundNeedsEverybody(t *testing.T) {
	m := newMesh(t, 3)
	b := m.bucket()
	if _, err := read(t, b, "g/a.x"); !errors.Is(err, bucket.ErrNotFound) || errors.Is(err, peerbucket.ErrUnavailable) {
		t.Errorf("all answer: %v", err)
	}
	m.set(refuse, "3")
	if _, err := read(t, b, "g/a.x"); !errors.Is(err, peerbucket.ErrUnavailable) || errors.Is(err, bucket.ErrNotFound) {
		t.Errorf("one does not: %v", err)
	}
}

func TestReadsEndWithTheirContext(t *testing.T) {
	m := newMesh(t, 3)
	m.set(hang, "2", "3")
	ctx, cancel := context.WithCancel(t.Context())
	m.set(func(ctx context.Context, _, _ string) error {
		cancel()
		return hang(ctx, "", "")
	}, "2")
	if _, err := m.bucket().Get(ctx, "g/a.x", make([]byte, 1), 0); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if got := len(m.nodes["3"].requests); got != 0 {
		t.Fatalf("another peer was asked %d times", got)
	}
}
