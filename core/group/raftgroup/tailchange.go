package raftgroup

import (
	"errors"
	"fmt"

	"github.com/hashicorp/raft"
)

// DeleteRange implements raft.LogStore. A log that a snapshot has replaced is gone,
// whether or not the disk has room to say so.
func (l *tailLog) DeleteRange(from, to uint64) error {
	last, err := l.LastIndex()
	if err != nil {
		return err
	}
	upTo, err := l.reach(from, to)
	if err != nil {
		return err
	}
	if upTo < last {
		return l.LogStore.DeleteRange(from, to)
	}
	failed := l.LogStore.DeleteRange(from, upTo)
	end, replaced, err := tail(l.LogStore, l.snapshots)
	if err != nil {
		return errors.Join(failed, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.replacing, l.gone = false, replaced
	if end.Index < to && (replaced || failed == nil) {
		l.cut = end.Index + 1
	}
	return failed
}

// reach is how far a deletion of the end goes: beyond what Raft knows of there may be what
// it was told could not be stored. To drop the beginning is none, though nothing be left.
func (l *tailLog) reach(from, to uint64) (uint64, error) {
	first, err := l.LogStore.FirstIndex()
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	replacing := l.replacing
	l.mu.Unlock()
	if from <= first && !replacing {
		return to, nil
	}
	stored, err := l.LogStore.LastIndex()
	return max(to, stored), err
}

// StoreLogs implements raft.LogStore.
func (l *tailLog) StoreLogs(entries []*raft.Log) error {
	if entries[0].Index == correction {
		return l.corrected(entries[len(entries)-1])
	}
	l.expect(entries)
	err := l.join(entries[0].Index)
	if err == nil {
		err = l.LogStore.StoreLogs(entries)
	}
	l.mu.Lock()
	if err == nil {
		l.cut, l.replacing, l.gone = 0, false, false
	}
	cut := l.cut
	l.mu.Unlock()
	if cut > 0 {
		l.correct()
	}
	return err
}

// expect notes what commands are about to be stored, in full or in part.
func (l *tailLog) expect(entries []*raft.Log) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range entries {
		if e.Type == raft.LogCommand {
			l.command = max(l.command, e.Index)
		}
	}
}

// findCommand looks for the last entry that holds commands.
func (l *tailLog) findCommand() error {
	first, err := l.FirstIndex()
	if err != nil || first == 0 {
		return err
	}
	index, err := l.LastIndex()
	if err != nil {
		return err
	}
	for entry := (raft.Log{}); index >= first; index-- {
		if err := l.GetLog(index, &entry); err != nil {
			return fmt.Errorf("read log: %w", err)
		}
		if entry.Type == raft.LogCommand {
			l.expect([]*raft.Log{&entry})
			return nil
		}
	}
	return nil
}

// StoreLog implements raft.LogStore.
func (l *tailLog) StoreLog(entry *raft.Log) error { return l.StoreLogs([]*raft.Log{entry}) }

// join makes sure that an entry continues the log. One that a snapshot replaced is
// deleted now if it could not be before.
func (l *tailLog) join(index uint64) error {
	last, err := l.LastIndex()
	if err != nil {
		return err
	}
	cut := l.cutAt()
	if last > 0 && index <= last+1 && (cut == 0 || index == cut) {
		return nil
	}
	_, replaced, err := tail(l.LogStore, l.snapshots)
	if err != nil {
		return err
	}
	end, err := l.end()
	if err != nil {
		return err
	}
	if begins := replaced || last == 0; !begins || index != end.Index+1 || cut > 0 && index != cut {
		return fmt.Errorf("entry %d does not continue the log, which ends at %d", index, last)
	}
	if replaced {
		return clearLog(l.LogStore)
	}
	return nil
}

// replace notes that a snapshot takes the place of the log. Raft drops the whole log next,
// and if that was no shorter it goes on to believe in its end.
func (l *tailLog) replace(last raft.Log) error {
	end, err := l.LastIndex()
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.base, l.replacing = last, true
	if l.cut > 0 || end >= last.Index {
		l.cut = last.Index + 1
	}
	cut := l.cut
	l.mu.Unlock()
	if cut > 0 {
		l.correct()
	}
	return nil
}
