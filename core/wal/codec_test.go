package wal

import (
	"bytes"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"ursula/core/journal"
)

// TestEntryEncoding pins the layout of a raft entry in docs/formats/journal.md.
func TestEntryEncoding(t *testing.T) {
	e := raft.Log{Index: 0x0102, Term: 3, Type: raft.LogConfiguration, Data: []byte("data"),
		Extensions: []byte("ex"), AppendedAt: time.Unix(0, 0x0a0b)}
	want := "\x02\x01\x00\x00\x00\x00\x00\x00" + "\x03\x00\x00\x00\x00\x00\x00\x00" +
		"\x0b\x0a\x00\x00\x00\x00\x00\x00" + "\x05\x00\x00\x00" + "\x02\x00\x00\x00" + "ex" + "data"
	if got := appendEntry(nil, &e); string(got) != want {
		t.Fatalf("encoded as %x", got)
	}
}

func TestEntryWithoutTimeOrBytes(t *testing.T) {
	e := raft.Log{Index: 1}
	var got raft.Log
	if err := decodeEntry(appendEntry(nil, &e), &got); err != nil {
		t.Fatal(err)
	}
	if !got.AppendedAt.IsZero() || got.Data != nil || got.Extensions != nil {
		t.Fatalf("decoded as %+v", got)
	}
}

// FuzzEntry feeds bytes to the decoder of raft entries: it must not panic, and
// what it accepts must encode to the same bytes.
func FuzzEntry(f *testing.F) {
	f.Add(appendEntry(nil, &raft.Log{Index: 7, Term: 2, Data: []byte("abc"), Extensions: []byte("x")}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var e raft.Log
		if decodeEntry(b, &e) != nil {
			return
		}
		again := appendEntry(nil, &e)
		copy(again[25:28], b[25:28]) // reserved
		if !bytes.Equal(again, b) {
			t.Fatalf("%x decodes to %+v and encodes to %x", b, e, again)
		}
	})
}

// FuzzReplay feeds one log with records of any kind and content, as a journal
// might that another version wrote. Replay must accept or refuse them, and
// leave a log whose every entry has a position.
func FuzzReplay(f *testing.F) {
	entry := appendEntry(nil, &raft.Log{Index: 7})
	f.Add(uint8(kindEntry), entry, uint8(kindMoved), entry, uint8(kindTruncate), encodeIndex(7))
	f.Add(uint8(kindStable), appendStable(nil, []byte("k"), []byte("v")), uint8(kindCompact), encodeIndex(9), uint8(kindEntry), entry)
	f.Fuzz(func(t *testing.T, k1 uint8, b1 []byte, k2 uint8, b2 []byte, k3 uint8, b3 []byte) {
		l := &Log{stable: make(values)}
		for n, r := range []journal.Record{{Kind: k1, Payload: b1}, {Kind: k2, Payload: b2}, {Kind: k3, Payload: b3}} {
			if _, err := l.replay(r, journal.Position{Segment: uint64(n) + 1}); err != nil {
				return
			}
		}
		if l.index.settle() != nil {
			return
		}
		first, last := l.index.bounds()
		for i := first; i <= last && i > 0; i++ {
			if p, ok := l.index.at(i); !ok || p.Segment == 0 {
				t.Fatalf("entry %d of %d to %d has no position", i, first, last)
			}
		}
	})
}
