package stream

import (
	"bytes"
	"encoding/hex"
	"os"
	"reflect"
	"testing"
)

// The golden files pin what is on disks: a log entry with every operation and
// every field, and the snapshot of the machine that it leads to. If one of these
// tests fails, a server that is already running somewhere cannot read its own
// data any more. Raise the version and read both, or undo the change; -rewrite
// is for formats that nobody has stored yet.

func TestBatchFormatIsPinned(t *testing.T) {
	golden(t, "testdata/batch.v1.hex", sampleBatch())
}

func TestSnapshotFormatIsPinned(t *testing.T) {
	golden(t, "testdata/snapshot.v1.hex", sampleSnapshot(t))
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	dump := []byte(hex.Dump(got))
	if *rewrite {
		if err := os.WriteFile(file, dump, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(dump, want) {
		t.Errorf("%s: %s", file, firstDifference(string(want), string(dump)))
	}
}

// TestBatchReadsBack shows that the sample leaves no field out and that every
// one of them comes back.
func TestBatchReadsBack(t *testing.T) {
	want := sampleCommands()
	var got []Command
	if err := EachInBatch(sampleBatch(), func(c *Command) { got = append(got, *c) }); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read back\n%+v\nwant\n%+v", got, want)
	}
	for i := range reflect.TypeFor[Command]().NumField() {
		if name := reflect.TypeFor[Command]().Field(i).Name; name != "Term" && !anySet(want, i) { // Term is the entry's
			t.Errorf("no sample sets %s", reflect.TypeFor[Command]().Field(i).Name)
		}
	}
	for op := OpCreate; op <= OpRecord; op++ {
		if !anyOp(want, op) {
			t.Errorf("no sample has operation %d", op)
		}
	}
}

func anySet(commands []Command, field int) bool {
	for _, c := range commands {
		if !reflect.ValueOf(c).Field(field).IsZero() {
			return true
		}
	}
	return false
}

func anyOp(commands []Command, op Op) bool {
	for _, c := range commands {
		if c.Op == op {
			return true
		}
	}
	return false
}

func TestSnapshotReadsBack(t *testing.T) {
	want := sampleSnapshot(t)
	m, err := ReadSnapshot(bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	if got := snapshotOf(t, m); !bytes.Equal(got, want) {
		t.Errorf("read back and written again:\n%s", hex.Dump(got))
	}
}
