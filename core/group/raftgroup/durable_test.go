package raftgroup_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/raft"

	"ursula/core/group"
	"ursula/core/group/grouptest"
	"ursula/core/group/raftgroup"
	"ursula/core/snapshot"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// Snapshots are taken while appends go on; afterwards the newest snapshot and
// the log behind it give everything that was acknowledged.
func TestCompactWhileProposing(t *testing.T) {
	const writers, each = 4, 150
	fs := faultfs.New()
	d := openDisk(t, fs)
	e := open(t, d.options(&grouptest.Recorder{}))
	ctx, stop := context.WithCancel(t.Context())
	var compactor, appenders sync.WaitGroup
	compactor.Go(func() {
		for ctx.Err() == nil {
			if err := e.Compact(ctx); err != nil && ctx.Err() == nil {
				t.Errorf("Compact: %v", err)
			}
		}
	})
	want := ""
	for i := range each {
		want += fmt.Sprintf("%d;", i)
	}
	for w := range writers {
		name := stream.Name(fmt.Sprintf("v1/%d", w))
		propose(t, e, stream.Command{Op: stream.OpCreate, Name: name, Lifetime: stream.Forever()})
		appenders.Go(func() {
			for i := range each {
				propose(t, e, *appended(name, fmt.Sprintf("%d;", i)))
			}
		})
	}
	appenders.Wait()
	stop()
	compactor.Wait()
	closeEngine(t, e)
	d.close(t)

	d = openDisk(t, fs)
	e = open(t, d.options(&grouptest.Recorder{}))
	for w := range writers {
		if got := grouptest.Content(t, e, stream.Name(fmt.Sprintf("v1/%d", w))); got != want {
			t.Errorf("writer %d: content is %q", w, got)
		}
	}
	closeEngine(t, e)
	d.close(t)
}

// A damaged snapshot stops the start with its file, in its header and in its
// content; an older one is no substitute.
func TestADamagedSnapshotStopsTheStart(t *testing.T) {
	for _, at := range []int64{3, 40, -12} {
		fs := faultfs.New()
		d := openDisk(t, fs)
		e := open(t, d.options(&grouptest.Recorder{}))
		for i := range 2 {
			name := stream.Name(fmt.Sprintf("v1/%d", i))
			propose(t, e, stream.Command{Op: stream.OpCreate, Name: name, Lifetime: stream.Forever()})
			if err := e.Compact(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		closeEngine(t, e)
		d.close(t)
		newest, size := newestSnapshot(t, fs)
		if at < 0 {
			at += size
		}
		if err := fs.FlipBit(newest, at, 1); err != nil {
			t.Fatal(err)
		}
		d = openDisk(t, fs)
		o := defaults(t)
		with := d.options(&grouptest.Recorder{})
		o.Logs, o.Stable, o.Snapshots, o.Observer = with.Logs, with.Stable, with.Snapshots, with.Observer
		_, err := raftgroup.Open(o)
		var corruption *snapshot.CorruptionError
		if !errors.As(err, &corruption) || corruption.File != newest {
			t.Errorf("damage at %d: %v", at, err)
		}
		d.close(t)
	}
}

func newestSnapshot(t *testing.T, fs *faultfs.FS) (name string, size int64) {
	t.Helper()
	names, err := fs.List("snapshots")
	if err != nil || len(names) != 2 {
		t.Fatalf("snapshots: %v, %v", names, err)
	}
	name = "snapshots/" + names[1]
	if size, err = fs.Stat(name); err != nil {
		t.Fatal(err)
	}
	return name, size
}

// An entry that this build cannot read ends the group: the node is told once,
// nothing after it is applied, and no snapshot hides it.
func TestAnEntryThatCannotBeRead(t *testing.T) {
	store, snapshots := raft.NewInmemStore(), raft.NewInmemSnapshotStore()
	e := open(t, raftgroup.Options{Logs: store, Stable: store, Snapshots: snapshots, Observer: &grouptest.Recorder{}})
	propose(t, e, stream.Command{Op: stream.OpCreate, Name: "v1/a", Lifetime: stream.Forever()})
	term := e.Term()
	closeEngine(t, e)
	last, err := store.LastIndex()
	if err != nil {
		t.Fatal(err)
	}
	if err := store.StoreLog(&raft.Log{Index: last + 1, Term: term, Data: []byte("from the future")}); err != nil {
		t.Fatal(err)
	}
	var fatal []error
	o := defaults(t)
	o.Logs, o.Stable, o.Snapshots, o.Observer = store, store, snapshots, &grouptest.Recorder{}
	o.OnFatal = func(err error) { fatal = append(fatal, err) }
	e, err = raftgroup.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Propose(t.Context(), appended("v1/a", "x")); !errors.Is(err, group.ErrUnknownOutcome) {
		t.Errorf("Propose afterwards: %v", err)
	}
	if got := grouptest.Content(t, e, "v1/a"); got != "" {
		t.Errorf("applied afterwards: %q", got)
	}
	if err := e.Compact(t.Context()); err == nil || !strings.Contains(err.Error(), "index") {
		t.Errorf("Compact afterwards: %v", err)
	}
	closeEngine(t, e)
	if len(fatal) != 1 || !errors.Is(fatal[0], stream.ErrCodec) {
		t.Errorf("OnFatal was told %v", fatal)
	}
}

// Whoever proposes while the engine closes gets an answer, and so does Close.
// In a bubble, one that waits for ever fails the test.
func TestCloseWhileProposing(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			store := raft.NewInmemStore()
			e := open(t, raftgroup.Options{
				Logs: store, Stable: store, Snapshots: raft.NewInmemSnapshotStore(), Observer: &grouptest.Recorder{},
			})
			propose(t, e, stream.Command{Op: stream.OpCreate, Name: "v1/a", Lifetime: stream.Forever()})
			acknowledged := make(chan int)
			for range 8 {
				go func() {
					n := 0
					for {
						r, err := e.Propose(t.Context(), appended("v1/a", "x"))
						if err != nil {
							break
						}
						if r.Err == nil {
							n++
						}
					}
					acknowledged <- n
				}()
			}
			for range 20 {
				propose(t, e, *appended("v1/a", "x"))
			}
			closeEngine(t, e)
			total := 20
			for range 8 {
				total += <-acknowledged
			}
			if got := grouptest.Content(t, e, "v1/a"); len(got) != total {
				t.Errorf("%d acknowledged, %d there", total, len(got))
			}
			closeEngine(t, e)
		})
	}
}

// Space is asked for before data is proposed, and never for what frees it.
func TestReserve(t *testing.T) {
	full := false
	o := raftgroup.Options{Observer: &grouptest.Recorder{}}
	o.Reserve = func(n int) error {
		if full {
			return fmt.Errorf("%w: %d bytes", group.ErrNoSpace, n)
		}
		return nil
	}
	e := open(t, o)
	propose(t, e, stream.Command{Op: stream.OpCreate, Name: "v1/a", Lifetime: stream.Forever()})
	full = true
	if _, err := e.Propose(t.Context(), appended("v1/a", "x")); !errors.Is(err, group.ErrNoSpace) {
		t.Errorf("append without space: %v", err)
	}
	propose(t, e, stream.Command{Op: stream.OpDelete, Name: "v1/a"})
	closeEngine(t, e)
}
