package node

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"ursula/core/vfs/faultfs"
)

// A node that gave its groups away because the disk is nearly full does not take them
// back for the little room that it gained by that.
func TestFitnessHasTwoMarks(t *testing.T) {
	full := errors.New("full")
	f := fitness{room: Room{Low: 100 << 20, High: 200 << 20}}
	for i, step := range []struct {
		refused error
		free    int64 // MiB
		want    string
	}{
		{nil, 150, ""},
		{nil, 100, ""},
		{nil, 99, "the disk has 99 MiB free; it leads again at 200 MiB"},
		{nil, 199, "the disk has 199 MiB free; it leads again at 200 MiB"},
		{nil, 200, ""},
		{nil, 101, ""},
		{full, 1000, "no room to write to: full"},
		{nil, 150, "the disk has 150 MiB free; it leads again at 200 MiB"},
		{nil, 1000, ""},
	} {
		if got := f.judge(step.refused, step.free<<20); got != step.want {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
}

// The marks hold for the node's own disk; its journal decides when they are wrong.
func TestANodeOnANearlyFullDiskIsUnfit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := faultfs.New()
		o := small(t, disk, RaftWAL)
		n := open(t, o)
		for _, step := range []struct {
			free int64
			want string
		}{
			{-1, ""}, {2 * o.SegmentBytes, ""}, {2*o.SegmentBytes - 1, "the disk has"},
			{3 * o.SegmentBytes, "the disk has"}, {5 * o.SegmentBytes, ""},
		} {
			disk.SetFree(step.free)
			if got := n.Unfit(); got != step.want && (step.want == "" || !strings.HasPrefix(got, step.want)) {
				t.Errorf("%d bytes free: %q, want %q", step.free, got, step.want)
			}
		}
		closeNode(t, n)
		o.Room = Room{Low: 2, High: 2}
		if _, err := Open(t.Context(), o); !errors.Is(err, ErrRoom) {
			t.Errorf("marks in the wrong order: %v", err)
		}
	})
}
