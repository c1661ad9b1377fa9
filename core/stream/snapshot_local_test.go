package stream

import (
	"bytes"
	"testing"
)

// Replicas keep different bytes in memory. Their snapshots are equal all the same,
// or the digests of two nodes could not be compared.
func TestASnapshotIsTheSameWhateverIsKeptInMemory(t *testing.T) {
	history := func(m *Machine) {
		churn(t, m, 0)
		for round := range 3 {
			flush := flushAll(m)
			flush.Flush.Object += uint64(round) + 1000
			m.Apply(&flush, nil)
			churn(t, m, round+1)
		}
	}
	leader, follower := NewMachine(), NewMachine()
	follower.KeepFlushed(false)
	history(leader)
	history(follower)
	want := snapshotOf(t, leader)
	leader.Shed(1 << 30)
	leader.Due(1<<40, 10)
	restored, err := ReadSnapshot(bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	for who, m := range map[string]*Machine{"leader, after shedding": leader, "follower": follower, "restored": restored} {
		if !bytes.Equal(snapshotOf(t, m), want) {
			t.Errorf("%s: another snapshot", who)
		}
	}
}
