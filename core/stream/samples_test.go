package stream

import (
	"bytes"
	"testing"
)

// sampleCommands has every operation, and every field with a value of its own.
func sampleCommands() []Command {
	return []Command{
		{
			Op: OpCreate, Now: 1700000000000, Name: "v1/docs/one", ContentType: "application/json",
			Data: []byte("{\"n\":1},\n"), Lifetime: Lifetime{TTL: 3600},
		},
		{Op: OpCreate, Now: 1700000000001, Name: "v1/two", ContentType: "text/plain", Close: true, Lifetime: Lifetime{TTL: -1, ExpiresAt: 1800000000000}},
		{
			Op: OpAppend, Now: 1700000000002, Name: "v1/docs/one", ContentType: "application/json",
			Data: []byte("{\"n\":2},\n{\"n\":3},\n"), Seq: "0002",
			Producer: Producer{ID: "writer", Epoch: 3, Seq: 0}, Limits: Limits{Producers: 50},
		},
		{
			Op: OpCreate, Now: 1700000000003, Name: "v1/fork", ContentType: "application/json", Lifetime: Lifetime{TTL: 3600},
			Data: []byte("4,\n"),
			Fork: &Fork{Source: "v1/docs/one", SourceID: 1, At: 18, Requested: 9, Sub: 1, Inherits: true, Ref: "fork-token"},
		},
		{Op: OpRetain, Now: 1700000000004, Name: "v1/docs/one", Ref: "fork-token", ID: 1, At: 18},
		{Op: OpActivate, Now: 1700000000005, Name: "v1/fork", Ref: "fork-token"},
		{
			Op: OpFlush, Now: 1700000000006,
			Flush: &Flush{Object: 7, Size: 4096, Ranges: []FlushedRange{{Name: "v1/docs/one", ID: 1, From: 0, To: 9, Offset: 300}}},
		},
		{Op: OpCreate, Now: 1700000000007, Name: "v1/gone", ContentType: "text/plain", Data: []byte("x"), Lifetime: Forever(),
			Fork: &Fork{Source: "v1/other", SourceID: 12, Requested: CurrentTail, Ref: "refused-token"}},
		{Op: OpAbandon, Now: 1700000000008, Name: "v1/gone", Ref: "refused-token"},
		{Op: OpRelease, Now: 1700000000009, Name: "v1/other", Ref: "refused-token", ID: 12},
		{Op: OpSettle, Now: 1700000000010, Outbox: 99},
		{Op: OpTouch, Now: 1700000000011, Name: "v1/docs/one"},
		{Op: OpExpire, Now: 1700000000012, Name: "v1/two"},
		{Op: OpFlush, Now: 1700000000013, Flush: &Flush{Object: 8, Size: 10, Ranges: []FlushedRange{}}},
		{Op: OpSweep, Now: 1700000000014, Objects: []uint64{300, 301}},
		{
			Op: OpRecord, Now: 1700000000015,
			Records: &RecordBatch{
				Checks: []RecordCheck{{Key: "sub/a", Version: 0}},
				Sets:   []RecordSet{{Key: "sub/a", Value: []byte("state")}, {Key: "sub/b"}, {Key: "sub/c", Value: []byte{}}},
			},
		},
		{Op: OpDelete, Now: 1700000000016, Name: "v1/docs/one"},
	}
}

func sampleBatch() []byte {
	entry := BeginBatch(nil)
	for _, c := range sampleCommands() {
		entry = AppendToBatch(entry, &c)
	}
	return entry
}

// sampleMachine is what a log of the sample commands leads to.
func sampleMachine(t testing.TB) *Machine {
	m := NewMachine()
	if err := EachInBatch(sampleBatch(), func(c *Command) { m.Apply(c, nil) }); err != nil {
		t.Fatal(err)
	}
	return m
}

func sampleSnapshot(t testing.TB) []byte { return snapshotOf(t, sampleMachine(t)) }

func snapshotOf(t testing.TB, m *Machine) []byte {
	var b bytes.Buffer
	if _, err := m.Freeze().WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
