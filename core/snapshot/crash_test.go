package snapshot_test

import (
	"math/rand/v2"
	"testing"

	"ursula/core/snapshot"
	"ursula/core/vfs/faultfs"
)

// The power is cut after every operation of three snapshots, several times with
// different luck. Each snapshot is there whole or not at all, the newest that
// was committed is always there, and the store goes on.
func TestCrashAfterEveryOperation(t *testing.T) {
	for step := 1; ; step++ {
		disk, committed := faultfs.New(), uint64(0)
		var crashed []*faultfs.FS
		var durable uint64
		seen := 0
		disk.Observe(func(faultfs.Op, string) {
			if seen++; seen == step {
				for seed := range uint64(4) {
					crashed = append(crashed, disk.CrashClone(rand.New(rand.NewPCG(seed, uint64(step)))))
				}
				durable = committed
			}
		})
		s := open(t, disk)
		for order := uint64(1); order <= 3; order++ {
			mustWrite(t, s, order, "", content(order, size(order)))
			committed = order
		}
		if crashed == nil {
			if step < 20 {
				t.Fatalf("only %d operations were seen", step)
			}
			return
		}
		for _, after := range crashed {
			checkCrashed(t, after, durable)
		}
	}
}

func size(order uint64) int { return 100 + 300_000*int(order%2) }

func checkCrashed(t *testing.T, disk *faultfs.FS, durable uint64) {
	t.Helper()
	s := open(t, disk)
	newest := uint64(0)
	for i, id := range list(t, s) {
		order := orderOf(t, id)
		if i == 0 {
			newest = order
		}
		wantSnapshot(t, s, id, "", content(order, size(order)))
	}
	if newest < durable {
		t.Fatalf("newest snapshot is %d, but %d was committed", newest, durable)
	}
	mustWrite(t, s, 9, "", content(9, 100))
	wantSnapshot(t, s, list(t, s)[0], "", content(9, 100))
	if names, _ := disk.List(dir); len(names) > 2 {
		t.Fatalf("left behind: %v", names)
	}
}

func orderOf(t *testing.T, id string) uint64 {
	t.Helper()
	var order uint64
	for _, c := range id {
		order = order*10 + uint64(c-'0')
	}
	return order
}

// Every operation that can fail fails once. A snapshot that was not committed
// is not there afterwards, its temporary file is gone, and the one before stays.
func TestEveryOperationFails(t *testing.T) {
	for _, op := range []faultfs.Op{
		faultfs.OpCreate, faultfs.OpWrite, faultfs.OpSync, faultfs.OpRename, faultfs.OpSyncDir, faultfs.OpRemove,
	} {
		for nth := 1; ; nth++ {
			disk := faultfs.New()
			s := open(t, disk)
			mustWrite(t, s, 1, "", content(1, size(1)))
			mustWrite(t, s, 2, "", content(2, size(2)))
			before := disk.Count(op)
			disk.Inject(faultfs.Rule{Op: op, Nth: nth, Short: 100, Err: errBroken})
			err := write(s, 3, "", content(3, size(3)))
			if disk.Count(op)-before < nth {
				break
			}
			if err == nil {
				t.Fatalf("%s %d failed and nobody was told", op, nth)
			}
			disk.ClearRules()
			checkFailed(t, disk, s)
		}
	}
}

func checkFailed(t *testing.T, disk *faultfs.FS, s *snapshot.Store) {
	t.Helper()
	for _, id := range list(t, s) {
		order := orderOf(t, id)
		wantSnapshot(t, s, id, "", content(order, size(order)))
	}
	if got := list(t, s); len(got) < 2 {
		t.Fatalf("snapshots left: %v", got)
	}
	if names, _ := disk.List(dir); len(names) != len(list(t, s)) {
		t.Fatalf("temporary files left: %v", names)
	}
	mustWrite(t, s, 4, "", content(4, size(1)))
	wantSnapshot(t, s, list(t, s)[0], "", content(4, size(1)))
}
