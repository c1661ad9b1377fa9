package raftgroup

import (
	"errors"
	"fmt"
)

// ErrGap says that between the newest snapshot and the log entries are missing:
// the snapshot that held them is gone.
var ErrGap = errors.New("the log does not continue the newest snapshot")

// checkContinuity finds a gap before Raft does, which would panic.
func checkContinuity(o *Options) error {
	first, err := o.Logs.FirstIndex()
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	snapshots, err := o.Snapshots.List()
	if err != nil {
		return fmt.Errorf("read snapshots: %w", err)
	}
	var covered uint64
	if len(snapshots) > 0 {
		covered = snapshots[0].Index
	}
	if first > covered+1 {
		return fmt.Errorf("%w: it begins at index %d and the newest snapshot ends at %d: "+
			"put the missing snapshot file back", ErrGap, first, covered)
	}
	return nil
}
