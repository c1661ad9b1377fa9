package node

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"ursula/core/cold"
	"ursula/core/vfs/faultfs"
)

// made is a data directory that some process left behind.
func made(t *testing.T, engine Engine) *faultfs.FS {
	t.Helper()
	disk := faultfs.New()
	n := open(t, small(t, disk, engine))
	mustCreate(t, n, creation("v1/a", octets))
	for _, g := range n.groups {
		if err := g.engine.Compact(t.Context()); err != nil {
			t.Fatalf("Compact: %v", err)
		}
	}
	closeNode(t, n)
	return disk
}

// A directory that cannot be used is refused with the reason and the way out,
// and is left as it was: opened properly it still works.
func TestRefusals(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*Options)
		want   error
		says   []string
	}{
		"another group count": {func(o *Options) { o.Groups = 5 }, ErrMismatch, []string{"4 groups, not 5", "--groups"}},
		"another engine":      {func(o *Options) { o.Engine = Memory }, ErrMismatch, []string{"raft-wal, not memory", "--data"}},
		"unknown engine":      {func(o *Options) { o.Engine = "paper" }, nil, []string{`unknown engine "paper"`}},
		"too many groups":     {func(o *Options) { o.Groups = MaxGroups + 1 }, nil, []string{"65537 groups", "65536"}},
		"marks out of order":  {func(o *Options) { o.Marks = cold.Marks{Flush: 2, Shed: 1, Reject: 3} }, nil, []string{"2, 1, 3"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				disk := made(t, RaftWAL)
				o := small(t, disk, RaftWAL)
				row.change(&o)
				wantRefusal(t, o, row.want, row.says...)
				n := open(t, small(t, disk, RaftWAL))
				wantContent(t, n, "v1/a", "")
				closeNode(t, n)
			})
		})
	}
}

func wantRefusal(t *testing.T, o Options, want error, says ...string) {
	t.Helper()
	n, err := Open(t.Context(), o)
	if err == nil {
		closeNode(t, n)
		t.Fatal("the directory was opened")
	}
	if want != nil && !errors.Is(err, want) {
		t.Errorf("Open: %v, want %v", err, want)
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("Open says %q and not %q", err, s)
		}
	}
}

func TestOneProcessAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := faultfs.New()
		n := open(t, small(t, disk, RaftWAL))
		wantRefusal(t, small(t, disk, RaftWAL), ErrInUse, "data")
		mustCreate(t, n, creation("v1/a", octets))
		closeNode(t, n)
		closeNode(t, open(t, small(t, disk, RaftWAL)))
	})
}

// No bit of node.json can flip unnoticed: each one stops the start, or changes
// white space only.
func TestADamagedIdentity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := made(t, RaftWAL)
		want, err := readIdentity(disk, "data")
		if err != nil {
			t.Fatal(err)
		}
		size, err := disk.Stat("data/node.json")
		if err != nil {
			t.Fatal(err)
		}
		for at := range size {
			for bit := range uint(8) {
				flip(t, disk, at, bit)
				id, err := readIdentity(disk, "data")
				if err == nil && !reflect.DeepEqual(id, want) {
					t.Errorf("byte %d, bit %d: read %+v", at, bit, id)
				}
				flip(t, disk, at, bit)
			}
		}
		flip(t, disk, 40, 1)
		wantRefusal(t, small(t, disk, RaftWAL), ErrDamaged, "data/node.json", "restore it")
	})
}

func flip(t *testing.T, disk *faultfs.FS, at int64, bit uint) {
	t.Helper()
	if err := disk.FlipBit("data/node.json", at, bit); err != nil {
		t.Fatal(err)
	}
}

// A directory with a journal and without an identity is not a new one.
func TestAMissingIdentity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := made(t, RaftWAL)
		if err := disk.Remove("data/node.json"); err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, small(t, disk, RaftWAL), ErrDamaged, "data/node.json", "missing")
	})
}

// A start that fails at any operation on the disk gives everything back: the
// lock, its goroutines, and the directory in a state that opens. What the journal
// writes is left out: when that fails, the process ends.
func TestAFailedStartLeavesNothing(t *testing.T) {
	for _, rule := range []faultfs.Rule{
		{Op: faultfs.OpOpen, Match: "node.json"}, {Op: faultfs.OpRead, Match: "node.json"},
		{Op: faultfs.OpOpen, Match: "groups"}, {Op: faultfs.OpRead, Match: "groups"},
		{Op: faultfs.OpRead, Match: "journal"}, {Op: faultfs.OpSyncDir, Match: "data/groups"},
	} {
		rule.Err = errors.New("broken")
		for nth := 1; ; nth++ {
			failed := false
			synctest.Test(t, func(t *testing.T) {
				disk := made(t, RaftWAL)
				rule.Nth = nth
				disk.Inject(rule)
				o := small(t, disk, RaftWAL)
				o.OnFatal = func(error) {}
				n, err := Open(t.Context(), o)
				failed = err != nil
				disk.ClearRules()
				if n != nil {
					n.Close()
				}
				if failed && !strings.Contains(err.Error(), rule.Err.Error()) {
					t.Errorf("%s of %s, %d: %v", rule.Op, rule.Match, nth, err)
				}
				n = open(t, small(t, disk, RaftWAL))
				wantContent(t, n, "v1/a", "")
				closeNode(t, n)
			})
			if !failed {
				break
			}
		}
	}
}

// Engines that keep nothing begin empty, and clear what they had put aside.
func TestVolatileEnginesBeginEmpty(t *testing.T) {
	for _, engine := range []Engine{Memory, RaftMemory} {
		synctest.Test(t, func(t *testing.T) {
			disk := faultfs.New()
			n := open(t, small(t, disk, engine))
			mustCreate(t, n, creation("v1/a", octets))
			for i := range 20 {
				mustAppend(t, n, addition("v1/a", octets, filler(i, 10_000)))
			}
			settled()
			if n.Durable() || n.Stats().Objects == 0 {
				t.Errorf("durable %v, %d objects", n.Durable(), n.Stats().Objects)
			}
			closeNode(t, n)
			n = open(t, small(t, disk, engine))
			wantEmpty(t, n)
			closeNode(t, n)
		})
	}
}

// Other nodes ask whose a directory is while that is being settled. The race detector
// sees to it that they are told the one or the other.
func TestAnIdentityIsReadWhileItIsSettled(t *testing.T) {
	d, err := Claim(DirectoryOptions{FS: faultfs.New(), Dir: "data", NodeID: "1", Engine: RaftWAL})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for range 100 {
				if id := d.Identity(); id.Cluster != "" && id.Groups != 4 {
					t.Errorf("half of it: %+v", id)
				}
			}
		})
	}
	if err := d.Form("cluster", 4, []string{"1"}); err != nil {
		t.Error(err)
	}
	all.Wait()
}
