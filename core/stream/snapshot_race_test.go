package stream

import (
	"bytes"
	"fmt"
	"testing"
)

// TestSnapshotIsWrittenWhileTheMachineGoesOn writes a frozen state in another
// goroutine while every kind of change happens to the same streams. The bytes
// must not differ, and under -race nothing that the two share may be written.
func TestSnapshotIsWrittenWhileTheMachineGoesOn(t *testing.T) {
	m := NewMachine()
	churn(t, m, 0)
	for round := range 20 {
		s := m.Freeze()
		var before, during bytes.Buffer
		if _, err := s.WriteTo(&before); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() {
			_, err := s.WriteTo(&during)
			done <- err
		}()
		churn(t, m, round+1)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before.Bytes(), during.Bytes()) {
			t.Fatalf("round %d: the snapshot changed while it was written", round)
		}
	}
}

// churn touches every part of the state of a hundred streams.
func churn(t *testing.T, m *Machine, round int) {
	apply := func(c Command) {
		c.Now = int64(round)
		m.Apply(&c, nil)
	}
	m.Shed(1 << 30)
	for i := range 100 {
		name := benchName(i)
		apply(Command{Op: OpCreate, Name: name, ContentType: "text/plain", Lifetime: Lifetime{TTL: 60}})
		apply(Command{
			Op: OpAppend, Name: name, ContentType: "text/plain", Data: []byte("some bytes"), Seq: fmt.Sprintf("%09d", round),
			Producer: Producer{ID: "p", Seq: uint64(round)},
		})
		apply(Command{Op: OpRetain, Name: name, ID: uint64(i + 1), Ref: fmt.Sprint("ref", round)})
		apply(Command{Op: OpTouch, Name: name})
		// The second append leaves room in its chunk for those of the next round.
		apply(Command{Op: OpAppend, Name: name, ContentType: "text/plain", Data: []byte("more")})
		if i%10 == 9 {
			apply(Command{Op: OpRelease, Name: name, ID: uint64(i + 1), Ref: "ref0"})
			apply(Command{Op: OpDelete, Name: benchName(i - 1)})
		}
		if i == 50 { // the streams after it go into the snapshot with their bytes
			apply(flushAll(m))
		}
	}
	apply(Command{Op: OpRecord, Records: &RecordBatch{Sets: []RecordSet{{Key: "k", Value: []byte{byte(round)}}}}})
	if garbage := m.Garbage(); len(garbage) > 1 {
		apply(Command{Op: OpSweep, Objects: garbage[:1]})
	}
	if m.Usage().Streams == 0 {
		t.Fatal("nothing to churn")
	}
}
