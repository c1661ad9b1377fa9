package raftgroup

import (
	"errors"
	"fmt"

	"github.com/hashicorp/raft"
)

// ErrGap says that between the newest snapshot and the log entries are missing:
// the snapshot that held them is gone.
var ErrGap = errors.New("the log does not continue the newest snapshot")

// checkContinuity finds a gap before Raft does, which would panic. It empties a log that
// a snapshot has replaced: a crash came between the two halves of an installation. What
// such a log has beyond the snapshot conflicts with what is committed. It returns the
// last entry that the snapshot covers.
func checkContinuity(o *Options) (base raft.Log, err error) {
	if _, replaced, err := tail(o.Logs, o.Snapshots); err != nil {
		return base, err
	} else if replaced {
		if err := clearLog(o.Logs); err != nil {
			return base, fmt.Errorf("drop a log that a snapshot has replaced: %w", err)
		}
	}
	first, err := o.Logs.FirstIndex()
	if err != nil {
		return base, fmt.Errorf("read log: %w", err)
	}
	snapshots, err := o.Snapshots.List()
	if err != nil {
		return base, fmt.Errorf("read snapshots: %w", err)
	}
	if len(snapshots) > 0 {
		base = lastOf(snapshots[0])
	}
	if first > base.Index+1 {
		return base, fmt.Errorf("%w: it begins at index %d and the newest snapshot ends at %d: "+
			"put the missing snapshot file back", ErrGap, first, base.Index)
	}
	return base, nil
}
