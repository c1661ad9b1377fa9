package stream

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// FuzzDecodeCommand: whatever is taken for a command is encoded as a command
// that means the same for ever, and every machine survives it.
func FuzzDecodeCommand(f *testing.F) {
	for _, c := range sampleCommands() {
		f.Add(AppendCommand(nil, &c))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := DecodeCommand(in)
		if err != nil {
			if !errors.Is(err, ErrCodec) {
				t.Fatalf("error %v", err)
			}
			return
		}
		encoded := AppendCommand(nil, &c)
		again, err := DecodeCommand(encoded)
		if err != nil {
			t.Fatalf("%x was encoded as %x: %v", in, encoded, err)
		}
		if twice := AppendCommand(nil, &again); !bytes.Equal(twice, encoded) {
			t.Fatalf("encoded as %x, then as %x", encoded, twice)
		}
		m := sampleMachine(t)
		m.Apply(&c, nil)
		readable(t, m)
	})
}

// readable checks that a machine's snapshot restores to the same.
func readable(t *testing.T, m *Machine) {
	written := snapshotOf(t, m)
	restored, err := ReadSnapshot(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(snapshotOf(t, restored), written) {
		t.Fatal("a restored machine differs")
	}
}

// FuzzEachInBatch: no entry panics, and what comes out comes out of one that
// was encoded anew.
func FuzzEachInBatch(f *testing.F) {
	f.Add(sampleBatch())
	f.Add([]byte{batchVersion})
	f.Fuzz(func(t *testing.T, in []byte) {
		var commands []Command
		if EachInBatch(in, func(c *Command) { commands = append(commands, *c) }) != nil {
			return
		}
		entry := BeginBatch(nil)
		for i := range commands {
			entry = AppendToBatch(entry, &commands[i])
		}
		again := 0
		if err := EachInBatch(entry, func(*Command) { again++ }); err != nil || again != len(commands) {
			t.Fatalf("%d commands became %d: %v", len(commands), again, err)
		}
	})
}

// FuzzReadSnapshot: no input panics or takes much more memory than it has
// bytes, and a machine that was accepted is a machine.
func FuzzReadSnapshot(f *testing.F) {
	f.Add(sampleSnapshot(f))
	f.Add(snapshotOf(f, NewMachine()))
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := ReadSnapshot(bytes.NewReader(in))
		if err != nil {
			return
		}
		if held := int(m.Memory()); held > 3*len(in) { // chunks double
			t.Fatalf("%d bytes hold %d", len(in), held)
		}
		readable(t, m)
		m.Due(1<<60, 10)
		m.Shed(1 << 30)
		m.Each("", 0, func(i Info) bool { _, err := m.ReadPlan(i.Name, 0, 0, 1<<20); return err == nil })
		for _, c := range sampleCommands() {
			m.Apply(&c, nil)
		}
	})
}

// FuzzFrameJSON: the stored messages are those that encoding/json sees, and a
// page of them becomes a JSON array by adding brackets.
func FuzzFrameJSON(f *testing.F) {
	for _, body := range []string{
		`{"a":[1,2],"b":"x,]\"\\"}`, ` [ 1 , [2,3],"]," ] `, "[]", "[ ]", "[[]]", "[\n{\r\n\"a\":\t1}\n,\nnull]",
		"1e400", `"\u2028\ud800"`, "[1,]", "", "nul", "[\"\xff\"]", "\ufeff1", `{"n":12345678901234567890.10}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		stored, err := FrameJSON([]byte("kept"), body, false)
		if !bytes.Equal(body, before) || !bytes.HasPrefix(stored, []byte("kept")) {
			t.Fatal("the input changed")
		}
		want, parsed := messages(body)
		if err != nil {
			if parsed && len(want) > 0 || len(stored) != 4 {
				t.Fatalf("%q was refused: %v", body, err)
			}
			return
		}
		checkFramed(t, stored[4:], want)
	})
}

// messages is the reference: what encoding/json makes of a body.
func messages(body []byte) (list []json.RawMessage, ok bool) {
	if !json.Valid(body) {
		return nil, false
	}
	if bytes.HasPrefix(bytes.TrimLeft(body, jsonSpace), []byte("[")) {
		err := json.Unmarshal(body, &list)
		return list, err == nil && bytes.Equal(body, bytes.ToValidUTF8(body, nil))
	}
	return []json.RawMessage{body}, bytes.Equal(body, bytes.ToValidUTF8(body, nil))
}

func checkFramed(t *testing.T, stored []byte, want []json.RawMessage) {
	if CountJSON(stored) != len(want) || CutJSON(stored) != len(stored) || bytes.ContainsRune(stored, '\r') {
		t.Fatalf("%q holds %d messages, want %d", stored, CountJSON(stored), len(want))
	}
	array := "[" + strings.TrimSuffix(string(stored), messageEnd) + "]"
	var got []json.RawMessage
	if err := json.Unmarshal([]byte(array), &got); err != nil {
		t.Fatalf("%q is no array: %v", array, err)
	}
	at := 0
	for i := range want {
		n, found := SkipJSON(stored[at:], 1)
		message := bytes.TrimSuffix(stored[at:at+n], []byte(messageEnd))
		if found != 1 || !bytes.Equal(message, got[i]) || compact(want[i]) != compact(message) {
			t.Fatalf("message %d is %q, want %q", i, message, want[i])
		}
		at += n
	}
}

// compact takes out the space between tokens, and nothing else.
func compact(message []byte) string {
	var b bytes.Buffer
	if err := json.Compact(&b, message); err != nil {
		return err.Error()
	}
	return b.String()
}

// FuzzOffset: tokens and positions are in step, one to one and in order.
func FuzzOffset(f *testing.F) {
	f.Add("0000000000000000_0000000000000042", uint64(MaxOffset))
	f.Add("-1", uint64(0))
	f.Add("0000000000000001_0000000000000042", uint64(1))
	f.Fuzz(func(t *testing.T, token string, position uint64) {
		if at, err := ParseOffset(token); err == nil && FormatOffset(at) != token {
			t.Fatalf("%q is %d, which is %q", token, at, FormatOffset(at))
		} else if err != nil && !errors.Is(err, ErrOffset) {
			t.Fatalf("error %v", err)
		}
		position %= MaxOffset
		a, b := FormatOffset(position), FormatOffset(position+1)
		if at, err := ParseOffset(a); err != nil || at != position || a >= b {
			t.Fatalf("%d is %q, which is %d: %v", position, a, at, err)
		}
	})
}

// FuzzMakeName: a name that is made can be taken apart again.
func FuzzMakeName(f *testing.F) {
	for _, path := range []string{"a", "a/b c/ü", "", "/", "a//b", ".", "a/..", "..a/b..", "a\x00", "a\x7f", strings.Repeat("x", 1021), strings.Repeat("x", 1022)} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		n, err := MakeName(DefaultBucket, path)
		if err != nil {
			if !errors.Is(err, ErrName) || n != "" {
				t.Fatalf("%q with error %v", n, err)
			}
			return
		}
		if n.Bucket() != DefaultBucket || n.Path() != path || len(n) > MaxNameBytes {
			t.Fatalf("%q became %q", path, n)
		}
		for segment := range strings.SplitSeq(path, "/") {
			if segment == "" || segment == "." || segment == ".." {
				t.Fatalf("%q was taken", path)
			}
		}
	})
}
