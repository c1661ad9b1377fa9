package raftgroup_test

import (
	"context"
	"log/slog"
	"testing"

	"ursula/core/group"
	"ursula/core/group/grouptest"
	"ursula/core/group/raftgroup"
	"ursula/core/journal"
	"ursula/core/snapshot"
	"ursula/core/stream"
	"ursula/core/vfs"
	"ursula/core/vfs/faultfs"
	"ursula/core/wal"
)

func TestAcceptanceInMemory(t *testing.T) {
	grouptest.Run(t, func(t *testing.T, observer group.Observer) group.Engine {
		return open(t, raftgroup.Options{Observer: observer})
	})
}

func TestAcceptanceOnDisk(t *testing.T) {
	grouptest.Run(t, func(t *testing.T, observer group.Observer) group.Engine {
		disk := openDisk(t, faultfs.New())
		t.Cleanup(func() { disk.close(t) })
		return open(t, disk.options(observer))
	})
}

// A group that is opened again has what it acknowledged, whether that is in the
// snapshot, in the log, or in both.
func TestReopen(t *testing.T) {
	fs := faultfs.New()
	want := ""
	for round := range 4 {
		disk := openDisk(t, fs)
		e := open(t, disk.options(&grouptest.Recorder{}))
		if err := e.Confirm(t.Context()); err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			propose(t, e, stream.Command{Op: stream.OpCreate, Name: "v1/a", Lifetime: stream.Forever()})
		}
		for _, s := range []string{"x", "y"} {
			propose(t, e, stream.Command{
				Op: stream.OpAppend, Name: "v1/a", Data: []byte(s), ContentType: stream.DefaultContentType,
			})
			want += s
			if round%2 == 1 {
				if err := e.Compact(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := grouptest.Content(t, e, "v1/a"); got != want {
			t.Fatalf("round %d: content is %q, want %q", round, got, want)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		disk.close(t)
	}
}

func propose(t *testing.T, e group.Engine, c stream.Command) {
	t.Helper()
	c.Now = 1
	if r, err := e.Propose(t.Context(), &c); err != nil || r.Err != nil {
		t.Fatalf("propose: %v, %v", err, r.Err)
	}
}

func appended(name stream.Name, data string) *stream.Command {
	return &stream.Command{
		Op: stream.OpAppend, Name: name, ContentType: stream.DefaultContentType, Data: []byte(data), Now: 1,
	}
}

// defaults are the options of a group with one voter, without its stores.
func defaults(t *testing.T) raftgroup.Options {
	return raftgroup.Options{
		NodeID: "1", Bootstrap: []string{"1"}, TrailingLogs: 1,
		Logger:  slog.New(slog.DiscardHandler),
		OnFatal: func(err error) { t.Error(err) },
	}
}

func open(t *testing.T, o raftgroup.Options) *raftgroup.Engine {
	t.Helper()
	d := defaults(t)
	d.Logs, d.Stable, d.Snapshots, d.Observer, d.Reserve = o.Logs, o.Stable, o.Snapshots, o.Observer, o.Reserve
	e, err := raftgroup.Open(d)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	if err := e.Confirm(context.Background()); err != nil {
		t.Fatalf("Confirm: %v", err)
	}
	return e
}

func closeEngine(t *testing.T, e *raftgroup.Engine) {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

type disk struct {
	logs  *wal.Set
	snaps *snapshot.Store
}

func openDisk(t *testing.T, fs vfs.FS) disk {
	t.Helper()
	logs, err := wal.Open(wal.Options{Journal: journal.Options{
		FS: fs, Dir: "journal", Shards: 1, SegmentBytes: 256 << 10, OnFatal: func(err error) { t.Error(err) },
	}})
	if err != nil {
		t.Fatalf("open journal: %v", err)
	}
	snaps, err := snapshot.Open(fs, "snapshots")
	if err != nil {
		t.Fatalf("open snapshots: %v", err)
	}
	return disk{logs, snaps}
}

func (d disk) options(observer group.Observer) raftgroup.Options {
	log := d.logs.Log(0)
	return raftgroup.Options{
		Logs: log, Stable: log, Snapshots: raftgroup.NewSnapshots(d.snaps), Reserve: log.Reserve, Observer: observer,
	}
}

func (d disk) close(t *testing.T) {
	t.Helper()
	if err := d.logs.Close(); err != nil {
		t.Errorf("close journal: %v", err)
	}
}
