package raftgroup

import (
	"errors"
	"testing"

	"github.com/hashicorp/raft"
)

// partLog overwrites its end, and stores only so many entries while it is full.
type partLog struct {
	raft.LogStore
	full, stuck bool
	part        int
}

var errNoRoom = errors.New("no room")

func (l *partLog) StoreLogs(entries []*raft.Log) error {
	var err error
	if last, _ := l.LastIndex(); last >= entries[0].Index {
		err = l.LogStore.DeleteRange(entries[0].Index, last)
	}
	if l.full {
		entries, err = entries[:min(l.part, len(entries))], errNoRoom
	}
	return errors.Join(err, l.LogStore.StoreLogs(entries))
}

func (l *partLog) DeleteRange(from, to uint64) error {
	last, _ := l.LastIndex()
	first, _ := l.FirstIndex()
	if l.stuck || from > first && to < last {
		return errNoRoom
	}
	return l.LogStore.DeleteRange(from, to)
}

// tailTest is a log whose disk can be full, and that counts when Raft is to be told.
type tailTest struct {
	*testing.T
	*tailLog
	disk *partLog
	told int
}

func newTailTest(t *testing.T) *tailTest {
	x := &tailTest{T: t, disk: &partLog{LogStore: raft.NewInmemStore()}}
	x.tailLog = &tailLog{
		LogStore: x.disk, snapshots: raft.NewInmemSnapshotStore(), correct: func() { x.told++ },
	}
	return x
}

func run(from, to, term uint64) (entries []*raft.Log) {
	for i := from; i <= to; i++ {
		entries = append(entries, &raft.Log{Index: i, Term: term})
	}
	return entries
}

func (x *tailTest) store(ok bool, entries []*raft.Log) {
	x.Helper()
	if err := x.StoreLogs(entries); (err == nil) != ok {
		x.Errorf("store from %d: %v", entries[0].Index, err)
	}
}

func (x *tailTest) delete(ok bool, from, to uint64) {
	x.Helper()
	if err := x.DeleteRange(from, to); (err == nil) != ok {
		x.Errorf("delete %d to %d: %v", from, to, err)
	}
}

// shown checks the log as Raft has it: its end, and the term of an entry, 0 for none.
func (x *tailTest) shown(last, index, term uint64) {
	x.Helper()
	if got, err := x.LastIndex(); err != nil || got != last {
		x.Errorf("ends at %d, %v, want %d", got, err, last)
	}
	var entry raft.Log
	err := x.GetLog(index, &entry)
	if errors.Is(err, raft.ErrLogNotFound) {
		err = nil
	}
	if err != nil || entry.Term != term {
		x.Errorf("entry %d is of term %d, %v, want %d", index, entry.Term, err, term)
	}
}

// snapshot puts a snapshot in place of the log as Raft does.
func (x *tailTest) snapshot(index, term uint64) {
	x.Helper()
	_, transport := raft.NewInmemTransport("a")
	sink, err := x.snapshots.Create(1, index, term, raft.Configuration{}, 1, transport)
	if err != nil {
		x.Fatal(err)
	}
	if err := errors.Join(sink.Close(), x.replace(raft.Log{Index: index, Term: term})); err != nil {
		x.Error(err)
	}
}

// What was stored of a part is not there until Raft has been told, neither to be
// acknowledged nor to be stored behind, though it be as long as what it replaces.
func TestAPartThatWasStoredDoesNotShow(t *testing.T) {
	x := newTailTest(t)
	x.store(true, run(1, 9, 1))
	x.delete(true, 6, 9)
	x.disk.full, x.disk.part = true, 4
	x.store(false, run(6, 20, 2))
	x.disk.full = false
	x.shown(5, 6, 0)
	x.store(false, run(10, 10, 3))
	if x.told != 2 {
		t.Errorf("Raft was to be told %d times", x.told)
	}
	end, err := x.end()
	if err != nil || end.Index != 5 || end.Term != 1 {
		t.Errorf("ends with %+v, %v", end, err)
	}
	x.store(true, []*raft.Log{{Index: correction}, &end})
	x.store(false, []*raft.Log{{Index: correction}, &end}) // there is nothing to correct any more
	x.shown(9, 9, 2)
	x.store(true, run(6, 6, 3))
	x.shown(6, 6, 3)
}

// What Raft does not know of goes with the end that it deletes.
func TestADeletedEndTakesTheUnknownAlong(t *testing.T) {
	x := newTailTest(t)
	x.store(true, run(1, 5, 1))
	x.disk.full, x.disk.part = true, 3
	x.store(false, run(6, 9, 1))
	x.disk.full = false
	x.delete(true, 4, 5)
	x.store(true, run(4, 4, 2))
	x.shown(4, 5, 0)
}

// A log that is no shorter than the snapshot in its place is forgotten, and Raft is told.
func TestALongerLogIsReplaced(t *testing.T) {
	for _, stuck := range []bool{false, true} {
		x := newTailTest(t)
		x.store(true, run(1, 9, 1))
		x.disk.stuck = stuck
		x.snapshot(7, 3)
		x.delete(!stuck, 1, 9)
		x.shown(0, 7, 3) // the snapshot's last entry
		x.disk.stuck = false
		x.store(false, run(10, 10, 2))
		end, err := x.end()
		if err != nil || end.Index != 7 || end.Term != 3 || x.told == 0 {
			t.Errorf("ends with %+v, %v; told %d times", end, err, x.told)
		}
		x.store(true, []*raft.Log{{Index: correction}, &end})
		x.store(false, run(9, 9, 3))
		x.store(true, run(8, 8, 3))
		x.shown(8, 8, 3)
		if first, _ := x.disk.FirstIndex(); first != 8 {
			t.Errorf("the log begins at %d", first)
		}
	}
}

// A shorter log is deleted when there is room, and is not there before.
func TestAShorterLogIsReplaced(t *testing.T) {
	x := newTailTest(t)
	x.store(true, run(1, 9, 1))
	x.disk.stuck = true
	x.snapshot(20, 3)
	x.delete(false, 1, 9)
	x.shown(0, 5, 0)
	x.store(false, run(21, 21, 3))
	x.disk.stuck = false
	x.store(true, run(21, 22, 3))
	x.shown(22, 21, 3)
	x.shown(22, 20, 3)
	x.delete(true, 21, 21) // dropped behind a snapshot of its own
	x.shown(22, 22, 3)
}

// A crash between a snapshot and the end of the log in its place leaves both. What such a
// log has behind the snapshot's index conflicts with what is committed.
func TestAReplacedLogIsDroppedAtTheStart(t *testing.T) {
	for _, row := range []struct {
		index, term, left uint64 // of the snapshot; last index of the log that is left
	}{{20, 3, 0}, {7, 3, 0}, {9, 3, 0}, {7, 1, 9}, {9, 1, 9}} {
		x := newTailTest(t)
		x.store(true, run(1, 9, 1))
		x.snapshot(row.index, row.term)
		o := &Options{Logs: x.disk, Snapshots: x.snapshots}
		base, err := checkContinuity(o)
		if err != nil || base.Index != row.index || base.Term != row.term {
			t.Errorf("%+v: base %+v, %v", row, base, err)
		}
		if last, _ := x.disk.LastIndex(); last != row.left {
			t.Errorf("%+v: the log ends at %d", row, last)
		}
	}
}
