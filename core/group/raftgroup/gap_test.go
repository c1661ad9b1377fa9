package raftgroup_test

import (
	"errors"
	"log/slog"
	"path"
	"testing"

	"github.com/hashicorp/raft"

	"ursula/core/group/grouptest"
	"ursula/core/group/raftgroup"
	"ursula/core/stream"
	"ursula/core/vfs/faultfs"
)

// A snapshot file that somebody removed is named as the trouble; without it the
// group's beginning is lost, and starting anyway would hide that.
func TestAMissingSnapshotIsRefused(t *testing.T) {
	fs := faultfs.New()
	d := openDisk(t, fs)
	e := open(t, d.options(&grouptest.Recorder{}))
	propose(t, e, stream.Command{Op: stream.OpCreate, Name: "v1/a", Lifetime: stream.Forever()})
	for range 3 {
		propose(t, e, stream.Command{
			Op: stream.OpAppend, Name: "v1/a", Data: []byte("x"), ContentType: stream.DefaultContentType,
		})
	}
	if err := e.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	d.close(t)
	names, err := fs.List("snapshots")
	if err != nil || len(names) == 0 {
		t.Fatalf("snapshots: %q, %v", names, err)
	}
	for _, name := range names {
		if err := fs.Remove(path.Join("snapshots", name)); err != nil {
			t.Fatal(err)
		}
	}
	d = openDisk(t, fs)
	defer d.close(t)
	o := d.options(&grouptest.Recorder{})
	_, transport := raft.NewInmemTransport("1")
	o.NodeID, o.Transport, o.Logger = "1", transport, slog.New(slog.DiscardHandler)
	if _, err := raftgroup.Open(o); !errors.Is(err, raftgroup.ErrGap) {
		t.Errorf("Open: %v, want ErrGap", err)
	}
}
